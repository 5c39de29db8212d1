//! What requests carry and answers show.

pub mod ip_info;
pub mod ip_type;
