//! The time zone of campaigns.

use chrono::FixedOffset;

use super::{ConfigError, TenantConfig};

/// China has one time zone and no summer time.
const CHINA_OFFSET_S: i32 = 8 * 3600;

impl TenantConfig {
    /// The distance of the tenant's time from UTC.
    ///
    /// # Errors
    /// The zone is none of `Asia/Shanghai`, `UTC` and a fixed offset such as `+09:30`. Zones with
    /// summer time are refused because a day of a campaign must always have 24 hours.
    pub fn offset(&self) -> Result<FixedOffset, ConfigError> {
        let seconds = match self.time_zone.as_str() {
            "Asia/Shanghai" | "PRC" => Some(CHINA_OFFSET_S),
            "UTC" => Some(0),
            other => other
                .parse::<FixedOffset>()
                .ok()
                .map(|offset| offset.local_minus_utc()),
        };
        seconds
            .and_then(FixedOffset::east_opt)
            .ok_or_else(|| ConfigError::Invalid {
                key: "tenant.time_zone",
                reason: format!(
                    "is `{}`; it must be `Asia/Shanghai`, `UTC` or an offset such as `+09:30`",
                    self.time_zone
                ),
            })
    }
}
