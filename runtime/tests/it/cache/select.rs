//! SeaORM's finders through the cache.

use cloudapp_runtime::app::Context;
use cloudapp_runtime::cache::CachedExt as _;
use cloudapp_runtime::http::{KeysetQuery, PageQuery};
use cloudapp_runtime::types::Id;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};

use super::world::{World, prize, prizes};

async fn make(ctx: &Context, ids: std::ops::Range<i64>) {
    for id in ids {
        let row = prize::Model {
            id: Id::new(id),
            version: id,
            worth: format!("{id}.50").parse().unwrap(),
            title: format!("prize {id}"),
        };
        row.into_active_model().insert(ctx.db()).await.unwrap();
    }
}

async fn set_title(ctx: &Context, id: i64, title: &str) {
    let row = prize::ActiveModel {
        id: Set(Id::new(id)),
        title: Set(title.to_owned()),
        ..Default::default()
    };
    row.update(ctx.db()).await.unwrap();
}

#[tokio::test]
async fn one_all_count_page_and_slice() {
    for world in World::each().await {
        let ctx = world.ctx();
        make(ctx, 1..6).await;
        let other = world.instance().await;
        let find = prize::Entity::find;
        let ordered = || find().order_by_asc(prize::Column::Id);
        for ctx in [ctx, &other, ctx] {
            let cached = |select: sea_orm::Select<prize::Entity>| select.cached(ctx, prizes());
            let one = cached(prize::Entity::find_by_id(Id::new(2)))
                .one()
                .await
                .unwrap()
                .unwrap();
            assert_eq!(
                (one.id, one.worth.to_string()),
                (Id::new(2), "2.5".to_owned())
            );
            let none = cached(prize::Entity::find_by_id(Id::new(9)))
                .one()
                .await
                .unwrap();
            assert_eq!(none, None);
            let all = cached(ordered()).all().await.unwrap();
            assert_eq!(all.len(), 5);
            assert_eq!(cached(ordered()).count().await.unwrap(), 5);
            for (index, expected) in [(0, vec![1, 2]), (1, vec![3, 4]), (2, vec![5])] {
                let page = cached(ordered())
                    .page(&PageQuery::new(index, 2))
                    .await
                    .unwrap();
                let ids: Vec<i64> = page.items.iter().map(|row| row.id.get()).collect();
                assert_eq!((ids, page.total), (expected, Some(5)), "{}", world.name);
            }
            let mut after = None;
            let mut seen = Vec::new();
            loop {
                let query = KeysetQuery::new(after, 2);
                let behind = after.map_or(0, Id::get);
                let rows = ordered().filter(prize::Column::Id.gt(behind));
                let slice = cached(rows).slice(&query, |row| row.id).await.unwrap();
                seen.extend(slice.items.iter().map(|row| row.id.get()));
                after = slice.after;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, [1, 2, 3, 4, 5]);
        }
        let loads = ctx.cache().counts("prize").loads;
        assert_eq!(loads, 10, "{}: each once", world.name);
        let again = other.cache().counts("prize").loads;
        assert_eq!(again, if world.name == "redis" { 0 } else { 10 });
        other.close().await;
    }
}

#[tokio::test]
async fn a_write_through_the_cache_is_seen_by_the_next_read() {
    for world in World::each().await {
        let ctx = world.ctx();
        make(ctx, 1..2).await;
        let title = async || {
            let one = prize::Entity::find_by_id(Id::new(1))
                .cached(ctx, prizes())
                .one()
                .await;
            one.unwrap().unwrap().title.clone()
        };
        assert_eq!(title().await, "prize 1");
        set_title(ctx, 1, "past the cache").await;
        assert_eq!(title().await, "prize 1", "{}: it is cached", world.name);
        let groups = [prizes()];
        let renamed = ctx.cache().write(ctx.db(), &groups, |txn| {
            Box::pin(async move {
                let row = prize::ActiveModel {
                    id: Set(Id::new(1)),
                    title: Set("renamed".to_owned()),
                    ..Default::default()
                };
                Ok(row.update(txn).await?.title)
            })
        });
        assert_eq!(renamed.await.unwrap(), "renamed");
        assert_eq!(title().await, "renamed", "{}", world.name);
    }
}

#[tokio::test]
async fn parameters_with_the_same_digits_are_different_queries() {
    for world in World::each().await {
        let ctx = world.ctx();
        make(ctx, 1..3).await;
        set_title(ctx, 2, "2").await;
        let count = async |filter: sea_orm::sea_query::SimpleExpr| {
            let select = prize::Entity::find().filter(filter);
            select.cached(ctx, prizes()).count().await.unwrap()
        };
        assert_eq!(count(prize::Column::Title.eq("2")).await, 1);
        assert_eq!(count(prize::Column::Title.eq("1")).await, 0);
        assert_eq!(count(prize::Column::Version.gt(0_i64)).await, 2);
        assert_eq!(count(prize::Column::Version.gt(1_i64)).await, 1);
        let worth = |text: &str| {
            prize::Column::Worth.eq(text.parse::<cloudapp_runtime::types::Decimal>().unwrap())
        };
        let _ = count(worth("2.5")).await;
        let all = ctx.cache().counts("prize");
        assert_eq!(all.loads, 5, "{}", world.name);
    }
}
