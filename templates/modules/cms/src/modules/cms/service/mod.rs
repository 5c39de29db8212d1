//! What can be done, and on whose rows. No HTTP here.

pub mod article;
pub mod place;
