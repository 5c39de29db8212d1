//! Two tables that share a key: balances and their journal.

pub(crate) mod asset {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "user_asset_tb")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub user_id: i64,
        pub app_id: String,
        pub value: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {
        #[sea_orm(has_many = "super::log::Entity")]
        Log,
    }

    impl Related<super::log::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Log.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod log {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "asset_log_tb")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub asset_id: i64,
        pub user_id: i64,
        pub note: Option<String>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {
        #[sea_orm(
            belongs_to = "super::asset::Entity",
            from = "Column::AssetId",
            to = "super::asset::Column::Id"
        )]
        Asset,
    }

    impl Related<super::asset::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Asset.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}
