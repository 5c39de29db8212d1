//! What can be done, and on whose rows. No HTTP here.

pub mod ip_info;
pub mod ip_type;
