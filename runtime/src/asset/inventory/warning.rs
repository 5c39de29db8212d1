//! What does not add up on a day, as notices for operators.

use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::app::Context;
use crate::asset::attempt::GROUP;
use crate::asset::engine::Engine;
use crate::asset::entity::notice;
use crate::asset::event::WARNING;
use crate::asset::owner::Account;
use crate::error::AppResult;
use crate::random;

/// What does not add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Opening and changes are not the closing.
    Sum,
    /// The opening is not the closing of the inventory before.
    Opening,
    /// The closing is not the balance, though nothing came after.
    Closing,
    /// An inventory was taken, and its journal is gone.
    Gone,
}

/// One fault of one account.
#[derive(Clone, Debug)]
pub(super) struct Warning {
    pub(super) account: Account,
    pub(super) fault: Fault,
    pub(super) expected: String,
    pub(super) found: String,
}

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Opening => "opening",
            Self::Closing => "closing",
            Self::Gone => "gone",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Sum => "opening and changes of the day do not make its closing",
            Self::Opening => "the opening is not the closing of the inventory before",
            Self::Closing => "the closing is not the balance, though no change came after",
            Self::Gone => "the changes that an inventory was made of are gone from the journal",
        }
    }
}

impl Warning {
    /// Names the finding: the same fault of the same account and day is the same text. By a digest,
    /// because tenant and object would not fit.
    fn finding(&self, day: i32) -> String {
        let Account { owner, asset } = &self.account;
        let mut hash = Sha256::new();
        for text in [
            &owner.app_id,
            &owner.act_id.to_string(),
            &owner.user_id.to_string(),
            &asset.asset_type.to_string(),
            &asset.object_id,
        ] {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        let account = random::to_hex(&hash.finalize());
        format!("inventory:{day}:{}:{account}", self.fault.name())
    }

    fn notice(
        &self,
        id: crate::types::Id,
        day: i32,
        ctx: &Context,
        engine: &Engine,
    ) -> notice::Model {
        let Account { owner, asset } = &self.account;
        let info = json!({
            "day": day,
            "fault": self.fault.name(),
            "expected": self.expected,
            "found": self.found,
        });
        let now = ctx.now();
        notice::Model {
            id,
            app_id: owner.app_id.clone(),
            act_id: owner.act_id,
            ascription_type: WARNING,
            user_id: owner.user_id,
            asset_type: asset.asset_type,
            asset_object_id: asset.object_id.clone(),
            handler_name: "asset inventory".to_owned(),
            request_code: String::new(),
            log_title: format!("Inventory of {day}"),
            info_desc: format!(
                "{}: expected {}, found {}",
                self.fault.text(),
                self.expected,
                self.found
            ),
            info_json: Some(info.to_string()),
            finding: Some(self.finding(day)),
            is_notice: false,
            notice_date: None,
            created_at: now,
            create_day: engine.rules().day(now),
        }
    }
}

/// Writes notices; one that is there already is left as it is.
pub(super) async fn write(
    ctx: &Context,
    engine: &Engine,
    day: i32,
    warnings: &[Warning],
) -> AppResult<()> {
    use notice::Column;
    for warning in warnings {
        let row = warning.notice(ctx.next_id().await?, day, ctx, engine);
        let known = OnConflict::column(Column::Finding)
            .do_nothing_on([Column::Id])
            .to_owned();
        notice::Entity::insert(row.into_active_model())
            .on_conflict(known)
            .exec_without_returning(ctx.db_of(GROUP))
            .await?;
    }
    Ok(())
}
