//! The only writer: all or nothing, on new trees and on apps.
#![cfg(test)]

#[path = "support/tree.rs"]
mod tree;

#[path = "apply/change.rs"]
mod change;
#[path = "apply/create.rs"]
mod create;
#[path = "apply/half_done.rs"]
mod half_done;
#[path = "apply/umask.rs"]
mod umask;
