//! What can be done, and on whose rows. No HTTP here.

pub mod launch;
pub mod special;
