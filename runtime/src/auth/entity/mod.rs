//! The tables of identities, sessions and operators.
#![expect(
    unreachable_pub,
    reason = "the derives make public companions, which want public models"
)]

pub(super) mod identity;
pub(super) mod operator;
pub(super) mod operator_role;
pub(super) mod operator_tenant;
pub(super) mod recovery;
pub(super) mod role;
pub(super) mod session;
pub(super) mod totp;
