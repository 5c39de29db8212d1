//! What can be done, and on whose rows. No HTTP here.

pub mod skin;
pub mod theme;
pub mod version;
