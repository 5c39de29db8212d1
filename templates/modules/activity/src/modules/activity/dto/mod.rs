//! What requests carry and answers show.

pub mod act_info;
pub mod act_module;
