//! What can be done, and on whose rows. No HTTP here.

pub mod act_info;
pub mod act_module;
