//! What the ledger tells others: events in the outbox, and notices for operators.

use sea_orm::ConnectionTrait;
use serde_json::json;

use super::book::Terms;
use super::change::Operation;
use super::entity::{journal, notice};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::outbox::{self, Event};

/// Topic of the event that a balance changed.
pub const ASSET_CHANGED: &str = "asset.changed";

/// `ascription_type` of notices.
pub(super) const WARNING: i32 = 1;
pub(super) const INTERCEPTION: i32 = 2;

/// Writes an event for each row of the journal.
pub(super) async fn publish(
    conn: &impl ConnectionTrait,
    entries: &[journal::Model],
    terms: &Terms<'_>,
) -> AppResult<()> {
    let mut events = Vec::with_capacity(entries.len());
    for row in entries {
        let payload = json!({
            "log_id": row.id,
            "act_id": row.act_id,
            "user_id": row.user_id,
            "asset_type": row.asset_type,
            "asset_object_id": row.asset_object_id,
            "delta": row.operate_value,
            "value": row.now_value,
            "seq": row.seq,
            "source_type": row.source_type,
            "source_object_id": row.source_object_id,
            "only_id": row.only_id,
            "created_at": row.created_at,
        });
        events.push(Event {
            id: id(terms)?,
            topic: ASSET_CHANGED.to_owned(),
            app_id: row.app_id.clone(),
            lane: format!("{}:{}", row.act_id, row.user_id),
            payload: payload.to_string(),
            created_at: row.created_at,
        });
    }
    outbox::write(conn, events).await
}

/// The notice that a key was used for something else.
pub(super) fn interception(operation: &Operation, terms: &Terms<'_>) -> AppResult<notice::Model> {
    let change = &operation.changes[0];
    let info = json!({ "only_id": operation.only_id, "delta": change.delta });
    Ok(notice::Model {
        id: id(terms)?,
        app_id: change.owner.app_id.clone(),
        act_id: change.owner.act_id,
        ascription_type: INTERCEPTION,
        user_id: change.owner.user_id,
        asset_type: change.asset.asset_type,
        asset_object_id: change.asset.object_id.clone(),
        handler_name: change.handler_name.clone(),
        request_code: change.request_code.clone(),
        log_title: change.title.clone(),
        info_desc: "the idempotency key was used for another change".to_owned(),
        info_json: Some(info.to_string()),
        finding: None,
        is_notice: false,
        notice_date: None,
        created_at: terms.now,
        create_day: terms.rules.day(terms.now),
    })
}

fn id(terms: &Terms<'_>) -> AppResult<crate::types::Id> {
    let id = (terms.next_id)();
    id.ok_or_else(|| AppError::new(ErrorCode::BUSY).with_source("no id at hand"))
}
