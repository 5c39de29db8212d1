//! What holds for the kinds of assets: limits and lifetimes, from the configuration.

use std::collections::BTreeMap;

use chrono::{Days, FixedOffset, NaiveTime, TimeZone};

use crate::config::{AssetTypeConfig, Config, ConfigError};
use crate::types::{DateTime, Utc};

/// Largest balance there can be: what JSON numbers hold exactly, 2^53 - 1.
pub const VALUE_MAX: i64 = 9_007_199_254_740_991;

/// Largest balance of a kind that has no limit of its own, as in the original framework: 2^31 - 1.
pub const UPPER_LIMIT_DEFAULT: i64 = 2_147_483_647;

/// Limits and lifetimes by kind of asset.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    types: BTreeMap<i32, AssetTypeConfig>,
    offset: FixedOffset,
}

impl Rules {
    pub(crate) fn new(config: &Config) -> Result<Self, ConfigError> {
        let mut types = BTreeMap::new();
        for (name, rule) in &config.asset.types {
            types.insert(config.asset.type_number(name)?, rule.clone());
        }
        Ok(Self {
            types,
            offset: config.tenant.offset()?,
        })
    }

    /// Largest balance of a kind.
    pub(crate) fn upper_limit(&self, asset_type: i32) -> i64 {
        let own = self.types.get(&asset_type);
        own.and_then(|rule| rule.upper_limit)
            .unwrap_or(UPPER_LIMIT_DEFAULT)
    }

    /// Whether gains of a kind expire.
    pub(crate) fn expires(&self, asset_type: i32) -> bool {
        let own = self.types.get(&asset_type);
        own.is_some_and(|rule| rule.expires_after_days.is_some())
    }

    /// When a gain of a kind expires: at the midnight, in the tenant's time zone, that ends the
    /// last of its days.
    pub(crate) fn expiry(&self, asset_type: i32, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days = self.types.get(&asset_type)?.expires_after_days?;
        let today = at.with_timezone(&self.offset).date_naive();
        let end = today.checked_add_days(Days::new(u64::from(days) + 1))?;
        let midnight = end.and_time(NaiveTime::MIN);
        let local = self.offset.from_local_datetime(&midnight).single()?;
        Some(local.with_timezone(&Utc))
    }

    /// The kinds whose gains expire.
    pub(crate) fn expiring_types(&self) -> Vec<i32> {
        let types = self.types.keys().copied();
        types.filter(|kind| self.expires(*kind)).collect()
    }

    /// The day of an instant in the tenant's time zone, as `20260131`.
    pub(crate) fn day(&self, at: DateTime<Utc>) -> i32 {
        day_number(at.with_timezone(&self.offset).date_naive())
    }

    /// Distance of the tenant's time from UTC.
    pub(crate) fn offset(&self) -> FixedOffset {
        self.offset
    }
}

/// A date as `20260131`.
pub(crate) fn day_number(date: chrono::NaiveDate) -> i32 {
    use chrono::Datelike as _;
    let month_day = date.month() * 100 + date.day();
    date.year() * 10_000 + i32::try_from(month_day).unwrap_or(0)
}

/// Which kinds there are.
pub(crate) mod asset_type {
    use crate::asset::Asset;
    use crate::error::{AppError, AppResult};

    /// Longest object id in characters.
    const OBJECT_MAX_CHARS: usize = 64;

    /// Whether a number names a kind.
    pub(crate) fn is_known(asset_type: i32) -> bool {
        matches!(asset_type, Asset::COUNT..=Asset::FREIGHT_COUPON) || asset_type >= Asset::OWN_FROM
    }

    pub(in crate::asset) fn check(asset: &Asset) -> AppResult<()> {
        if !is_known(asset.asset_type) {
            return Err(AppError::param((
                "asset_type: must be 1 to 4, or one of your own from 101",
                "asset_type：须为 1 到 4，或 101 起的自定义类型",
            )));
        }
        let object = &asset.object_id;
        if object.chars().count() > OBJECT_MAX_CHARS || object.chars().any(char::is_control) {
            return Err(AppError::param((
                format!(
                    "asset_object_id: must have at most {OBJECT_MAX_CHARS} characters, none a \
                     control character"
                ),
                format!("asset_object_id：最多 {OBJECT_MAX_CHARS} 个字符，不含控制字符"),
            )));
        }
        // MySQL takes `a ` for `a`.
        if object.trim_end() != object {
            return Err(AppError::param((
                "asset_object_id: must not end with a space",
                "asset_object_id：不能以空格结尾",
            )));
        }
        if asset.asset_type == Asset::PRICE_GEAR && object.is_empty() {
            return Err(AppError::param((
                "asset_object_id: asset type 3 needs the id of a price gear",
                "asset_object_id：资产类型 3 需要价格档位的 id",
            )));
        }
        Ok(())
    }
}
