//! What requests carry and answers show.

pub mod article;
pub mod place;
