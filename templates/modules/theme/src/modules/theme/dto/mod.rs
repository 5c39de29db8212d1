//! What requests carry and answers show.

pub mod skin;
pub mod theme;
pub mod version;
