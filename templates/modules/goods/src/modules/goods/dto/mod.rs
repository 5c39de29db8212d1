//! What requests carry and answers show.

pub mod launch;
pub mod special;
