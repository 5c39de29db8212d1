//! `operator_totp_tb`: the secret that an operator shares with his authenticator.

use sea_orm::entity::prelude::*;

#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operator_totp_tb")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_id: crate::types::Id,
    /// Encrypted.
    pub secret: String,
    pub is_confirmed: bool,
    /// Number of the last step whose code was taken.
    pub last_step: i64,
    pub created_at: DateTimeUtc,
}

/// Without the secret, encrypted as it is.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model")
            .field("operator_id", &self.operator_id)
            .field("is_confirmed", &self.is_confirmed)
            .finish_non_exhaustive()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
