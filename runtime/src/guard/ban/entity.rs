//! `guard_ban_tb`: who is kept out of what, until when.
#![expect(
    unreachable_pub,
    reason = "the derives make public companions, which want public models"
)]

use sea_orm::entity::prelude::*;

use crate::types::Id;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "guard_ban_tb")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// Empty for requests without a session.
    pub app_id: String,
    pub handler: String,
    pub kind: String,
    pub subject: String,
    pub created_at: DateTimeUtc,
    pub until: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
