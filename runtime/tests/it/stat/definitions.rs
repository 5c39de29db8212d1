//! What a tenant says of metrics holds before what code says.

use cloudapp_runtime::error::ErrorCode;
use cloudapp_runtime::stat::{Metric, MetricScope, Repeat, task_metrics};
use cloudapp_runtime::types::Id;

use super::world::{APP_ID, World, cells, event, servers};

#[tokio::test]
async fn the_most_precise_definition_holds() {
    for server in servers() {
        let world = World::of(&server).await;
        let stats = world.ctx.stats();
        let of_act = MetricScope {
            act_id: Id::new(1),
            ..MetricScope::default()
        };
        let of_object = MetricScope {
            object_id: "cup".to_owned(),
            ..of_act.clone()
        };
        let ever = Metric::new("VisitCount", "Visits").repeat(Repeat::Ever);
        let daily = Metric::new("VisitCount", "Visits").repeat(Repeat::Daily);
        let own = stats
            .add_metric(APP_ID, of_act.clone(), ever.clone())
            .await
            .unwrap();
        stats.add_metric(APP_ID, of_object, daily).await.unwrap();
        let again = stats.add_metric(APP_ID, of_act, ever).await.unwrap_err();
        assert_eq!(again.code(), ErrorCode::CONFLICT);
        let yesterday = world.ctx.now() - chrono::Duration::days(1);
        let report = async || {
            let mut events = Vec::new();
            for at in [yesterday, world.ctx.now()] {
                for object in ["", "cup"] {
                    events.push(event("VisitCount", 1).object(object).at(at));
                }
                events.push(event("VisitCount", 1).act(Id::new(2)).at(at));
            }
            stats.report(events).await.unwrap();
            stats.count_waiting().await.unwrap();
        };
        report().await;
        report().await;
        let count = async |act: i64| {
            let cells = cells(&world.ctx).await;
            let of_act = cells.iter().filter(|((one, ..), _)| *one == act);
            of_act.map(|(_, (_, count))| count).sum::<i64>()
        };
        // Once for ever without an object, once a day of the cup.
        assert_eq!((count(1).await, count(2).await), (3, 4), "{server}");

        let changed = stats.change_metric(APP_ID, own.id, |metric| {
            metric.repeat = Repeat::All;
            metric.name = "Other".into();
        });
        assert_eq!(changed.await.unwrap().metric.name, "VisitCount");
        report().await;
        assert_eq!(count(1).await, 5);
        let foreign = stats.remove_metric("other", own.id).await.unwrap_err();
        assert_eq!(foreign.code(), ErrorCode::NOT_FOUND);
        stats.remove_metric(APP_ID, own.id).await.unwrap();
        assert_eq!(stats.metrics(APP_ID).await.unwrap().len(), 1);
        world.ctx.close().await;
    }
}

#[tokio::test]
async fn definitions_are_checked() {
    let world = World::of("sqlite:").await;
    let stats = world.ctx.stats();
    let long = "x".repeat(101);
    for wrong in [
        Metric::new("", "Title"),
        Metric::new("a ", "Title"),
        Metric::new("a\n", "Title"),
        Metric::new("x".repeat(65), "Title"),
        Metric::new("Name", long),
        Metric::new("Name", "Title").client(-1),
        Metric::new("Name", "Title").client(i64::MAX),
    ] {
        let text = format!("{wrong:?}");
        let added = stats
            .add_metric(APP_ID, MetricScope::default(), wrong)
            .await;
        let error = added.expect_err(&text);
        assert_eq!(error.code(), ErrorCode::PARAM_ERROR, "{text}");
    }
}

#[test]
fn missions_have_three_metrics_each_and_four_in_common() {
    let metrics = task_metrics();
    let find = |name: &str| metrics.iter().find(|metric| metric.name == name).unwrap();
    assert_eq!(metrics.len(), 26 * 3 + 9);
    assert_eq!(find("CumulativeSignUserCount").repeat, Repeat::Daily);
    assert_eq!(find("AddJoinTaskUserCount").repeat, Repeat::Ever);
    assert_eq!(find("TaskShareRewardCount").repeat, Repeat::All);
}
