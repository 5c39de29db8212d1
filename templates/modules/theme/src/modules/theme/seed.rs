//! The theme of the demo campaign.

use cloudapp_runtime::app::Demo;
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::types::Json;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _,
};

use super::entity::{theme, version};

/// Makes one released theme with one version, unless the tenant has some already.
pub async fn demo(ctx: &Context, demo: &Demo) -> AppResult<()> {
    let themes = theme::Entity::find().filter(theme::Column::AppId.eq(demo.app_id));
    if themes.count(ctx.db()).await? > 0 {
        return Ok(());
    }
    let now = ctx.now();
    let row = theme::ActiveModel {
        id: Set(ctx.next_id().await?),
        app_id: Set(demo.app_id.to_owned()),
        ascription_type: Set(0),
        theme_name: Set("Plain".to_owned()),
        server_json: Set(None),
        out_id: Set(None),
        style_type: Set(0),
        sort_index: Set(1),
        is_release: Set(true),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let row = row.insert(ctx.db()).await?;
    let client_json: Json = r##"{"background": "#ffffff"}"##
        .parse()
        .map_err(AppError::internal)?;
    let version = version::ActiveModel {
        id: Set(ctx.next_id().await?),
        theme_id: Set(row.id),
        out_id: Set(None),
        client_json: Set(Some(client_json)),
        ver_no: Set("1.0.0".to_owned()),
        created_at: Set(now),
        updated_at: Set(now),
    };
    version.insert(ctx.db()).await?;
    Ok(())
}
