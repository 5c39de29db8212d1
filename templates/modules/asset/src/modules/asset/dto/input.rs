//! Bodies of requests.

use cloudapp_runtime::asset::{CHANGES_MAX, VALUE_MAX};
use cloudapp_runtime::types::{Id, Json};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

/// What a player is given, or what is taken from him.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = asset::ChangeInput)]
#[serde(deny_unknown_fields)]
pub struct ChangeInput {
    /// The activity; 0 for balances that belong to none.
    #[garde(skip)]
    pub act_id: Id,
    /// The player.
    #[garde(skip)]
    pub user_id: Id,
    /// 1 chances, 2 points, 3 chances of a price gear, 4 freight coupons, the app's own from 101.
    #[garde(skip)]
    pub asset_type: i32,
    /// Which of that kind, e.g. a price gear.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub asset_object_id: String,
    /// How much more; negative for less. Not 0.
    #[garde(custom(amount))]
    pub delta: i64,
    /// Key of the change, of the sender's choice: asked for again with it, it is not made again.
    #[garde(inner(length(chars, min = 1)), custom(valid::string(255)))]
    pub only_id: Option<String>,
    /// What it is for, as the player sees it.
    #[garde(length(chars, min = 1), custom(valid::string(200)))]
    pub title: String,
    /// What it is about, e.g. a complaint's number.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub source_object_id: String,
    /// Whatever is to be kept with it: an object.
    #[garde(custom(object))]
    #[schema(value_type = Option<Object>)]
    #[serde(default)]
    pub info: Json,
}

impl ChangeInput {
    /// The key, and what it is the key of.
    pub fn into_parts(self) -> (Option<String>, PartInput) {
        let part = PartInput {
            act_id: self.act_id,
            user_id: self.user_id,
            asset_type: self.asset_type,
            asset_object_id: self.asset_object_id,
            delta: self.delta,
            title: self.title,
            source_object_id: self.source_object_id,
            info: self.info,
        };
        (self.only_id, part)
    }
}

/// Changes that are made together or not at all.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = asset::ManyInput)]
#[serde(deny_unknown_fields)]
pub struct ManyInput {
    /// Key of them all, which belongs to the player of the first one.
    #[garde(inner(length(chars, min = 1)), custom(valid::string(255)))]
    pub only_id: Option<String>,
    /// 1 to 100 changes, in the order in which they are made.
    #[garde(length(min = 1, max = CHANGES_MAX), dive)]
    #[schema(min_items = 1, max_items = 100)]
    pub changes: Vec<PartInput>,
}

/// One of several changes.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = asset::PartInput)]
#[serde(deny_unknown_fields)]
pub struct PartInput {
    /// The activity; 0 for balances that belong to none.
    #[garde(skip)]
    pub act_id: Id,
    /// The player.
    #[garde(skip)]
    pub user_id: Id,
    /// The kind of asset.
    #[garde(skip)]
    pub asset_type: i32,
    /// Which of that kind.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub asset_object_id: String,
    /// How much more; negative for less. Not 0.
    #[garde(custom(amount))]
    pub delta: i64,
    /// What it is for, as the player sees it.
    #[garde(length(chars, min = 1), custom(valid::string(200)))]
    pub title: String,
    /// What it is about.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub source_object_id: String,
    /// Whatever is to be kept with it: an object.
    #[garde(custom(object))]
    #[schema(value_type = Option<Object>)]
    #[serde(default)]
    pub info: Json,
}

/// What the merchant is given, or what is taken from him.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = asset::StoreChangeInput)]
#[serde(deny_unknown_fields)]
pub struct StoreChangeInput {
    /// The kind of asset.
    #[garde(skip)]
    pub asset_type: i32,
    /// Which of that kind.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub asset_object_id: String,
    /// How much more; negative for less. Not 0.
    #[garde(custom(amount))]
    pub delta: i64,
    /// Key of the change, of the sender's choice: asked for again with it, it is not made again.
    #[garde(inner(length(chars, min = 1)), custom(valid::string(255)))]
    pub only_id: Option<String>,
    /// What it is for.
    #[garde(length(chars, min = 1), custom(valid::string(200)))]
    pub title: String,
    /// What it is about.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub source_object_id: String,
    /// Whatever is to be kept with it: an object.
    #[garde(custom(object))]
    #[schema(value_type = Option<Object>)]
    #[serde(default)]
    pub info: Json,
}

impl StoreChangeInput {
    /// The key, and what it is the key of.
    pub fn into_parts(self) -> (Option<String>, PartInput) {
        let part = PartInput {
            act_id: Id::new(0),
            user_id: Id::new(0),
            asset_type: self.asset_type,
            asset_object_id: self.asset_object_id,
            delta: self.delta,
            title: self.title,
            source_object_id: self.source_object_id,
            info: self.info,
        };
        (self.only_id, part)
    }
}

/// Which key is to be forgotten.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = asset::ForgetInput)]
#[serde(deny_unknown_fields)]
pub struct ForgetInput {
    /// The activity; 0 for balances that belong to none.
    #[garde(skip)]
    pub act_id: Id,
    /// The player.
    #[garde(skip)]
    pub user_id: Id,
    /// The key.
    #[garde(length(chars, min = 1), custom(valid::string(255)))]
    pub only_id: String,
}

fn amount(delta: &i64, (): &()) -> garde::Result {
    if *delta == 0 {
        return Err(valid::broken("must not be 0", "不能为 0"));
    }
    if delta.unsigned_abs() > VALUE_MAX.unsigned_abs() {
        return Err(valid::broken(
            format!("is more than {VALUE_MAX}"),
            format!("不能超过 {VALUE_MAX}"),
        ));
    }
    Ok(())
}

fn object(info: &Json, (): &()) -> garde::Result {
    if info.is_object() || info.is_null() {
        valid::json(info, &())
    } else {
        Err(valid::broken("is not an object", "必须是对象"))
    }
}
