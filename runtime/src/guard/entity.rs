//! `idempotency_tb`: which keys were used for what, and what came of it.
#![expect(
    unreachable_pub,
    reason = "the derives make public companions, which want public models"
)]

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_tb")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_text: String,
    pub fingerprint: String,
    pub state: String,
    /// While running: until when nobody else may take over.
    pub locked_until: DateTimeUtc,
    pub status_code: Option<i32>,
    pub content_type: Option<String>,
    pub body: Option<String>,
    pub created_at: DateTimeUtc,
    /// Not before `locked_until`, so that what has expired is held by nobody.
    pub expires_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
