//! The tasks of the demo campaign.

use cloudapp_runtime::app::Demo;
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::task::TaskDraft;
use cloudapp_runtime::types::Json;

const DAY: i32 = 1;
const PERMANENT: i32 = 3;

/// Type, period, name and what the type needs.
const TASKS: [(i32, i32, &str, &str); 5] = [
    (2, DAY, "Daily sign", r#"{"reward_value": 2}"#),
    (1, PERMANENT, "Free gift", r#"{"reward_value": 10}"#),
    (
        14,
        DAY,
        "Share",
        r#"{"reward_value": 4, "satisfy_num": 2, "limit_num": 3}"#,
    ),
    (
        4,
        PERMANENT,
        "Invite new players",
        r#"{"reward_value": 10, "limit_num": 5}"#,
    ),
    (
        13,
        PERMANENT,
        "Sign in on seven days",
        r#"{"day_list": {"1": 1, "3": 5, "7": 20}}"#,
    ),
];

/// Makes five released tasks, unless the activity has some already.
pub async fn demo(ctx: &Context, demo: &Demo) -> AppResult<()> {
    let one = PageQuery::new(0, 1);
    let tasks = ctx.tasks();
    let there = tasks.page(demo.app_id, Some(demo.act_id), false, &one);
    if !there.await?.items.is_empty() {
        return Ok(());
    }
    let places = (1..=5).rev();
    for ((task_type, complete_type, task_name, config), sort_index) in TASKS.into_iter().zip(places)
    {
        let config: Json = config.parse().map_err(AppError::internal)?;
        let draft = TaskDraft {
            act_id: demo.act_id,
            task_type,
            complete_type,
            task_name: task_name.to_owned(),
            config,
            sort_index,
            is_release: true,
            ..TaskDraft::default()
        };
        tasks.create(demo.app_id, &draft).await?;
    }
    Ok(())
}
