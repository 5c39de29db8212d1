//! The tasks of the demo campaign.

use cloudapp_runtime::app::Demo;
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::task::TaskDraft;
use cloudapp_runtime::types::Json;
use serde_json::json;

const DAY: i32 = 1;
const PERMANENT: i32 = 3;

/// Makes five released tasks, unless the activity has some already.
pub async fn demo(ctx: &Context, demo: &Demo) -> AppResult<()> {
    let one = PageQuery::new(0, 1);
    let there = ctx
        .tasks()
        .page(demo.app_id, Some(demo.act_id), false, &one);
    if !there.await?.items.is_empty() {
        return Ok(());
    }
    let tasks = all().into_iter().zip((1..=5).rev());
    for ((task_type, complete_type, task_name, config), sort_index) in tasks {
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
        ctx.tasks().create(demo.app_id, &draft).await?;
    }
    Ok(())
}

fn all() -> [(i32, i32, &'static str, Json); 5] {
    let days = json!([
        { "day": 1, "reward_value": 1 },
        { "day": 3, "reward_value": 5 },
        { "day": 7, "reward_value": 20 },
    ]);
    let share = json!({ "reward_value": 4, "satisfy_num": 2, "limit_num": 3 });
    let invite = json!({ "reward_value": 10, "satisfy_num": 1, "limit_num": 5 });
    [
        (2, DAY, "Daily sign", json!({ "reward_value": 2 })),
        (1, PERMANENT, "Free gift", json!({ "reward_value": 10 })),
        (14, DAY, "Share", share),
        (4, PERMANENT, "Invite new players", invite),
        (
            13,
            PERMANENT,
            "Sign in on seven days",
            json!({ "day_list": days }),
        ),
    ]
}
