//! What SeaORM can do with a table it can do with a sharded one: on every database, with 1, 4, 7
//! and 16 physical tables.

use std::collections::BTreeMap;

use cloudapp_runtime::db;
use cloudapp_runtime::error::AppError;
use cloudapp_runtime::http::PageQuery;
use futures_util::TryStreamExt as _;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, DbErr, EntityTrait as _,
    ModelTrait as _, Order, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, Statement,
    TransactionSession as _, TransactionTrait as _,
};

use super::entity::{asset, log};
use super::world::{World, asset, key, log};

const USERS: i64 = 40;

macro_rules! conformance {
    ($($name:ident: $count:literal,)*) => {$(
        #[tokio::test]
        async fn $name() {
            for world in World::each($count).await {
                conforms(&world, $count).await;
                world.drop().await;
            }
        }
    )*};
}

conformance! {
    one_table: 1,
    four_tables: 4,
    seven_tables: 7,
    sixteen_tables: 16,
}

async fn conforms(world: &World, count: i64) {
    typed(world).await;
    related(world).await;
    raw(world).await;
    transactions(world).await;
    two_keys(world).await;
    scatter(world).await;
    assert_eq!(tables_in_use(world).await, count);
}

/// Insert, find, save, update, delete, paginate, stream: each player in a table of his own.
async fn typed(world: &World) {
    for user in 1..=USERS {
        let conn = world.of(user);
        let rows = (0..5).map(|n| asset(user * 100 + n, user));
        asset::Entity::insert_many(rows).exec(&conn).await.unwrap();
        let found = asset::Entity::find()
            .filter(asset::Column::UserId.eq(user))
            .order_by_asc(asset::Column::Id)
            .all(&conn)
            .await
            .unwrap();
        assert_eq!(found.len(), 5);
        assert_eq!(found[4].id, user * 100 + 4);
    }
    let conn = world.of(7);
    let row = asset::Entity::find_by_id(700).one(&conn).await.unwrap();
    let mut row = asset::ActiveModel::from(row.unwrap());
    row.value = Set(1000);
    assert_eq!(row.save(&conn).await.unwrap().value.unwrap(), 1000);
    let many = asset::Entity::update_many()
        .col_expr(
            asset::Column::Value,
            Expr::col(asset::Column::Value).add(1_i64),
        )
        .filter(asset::Column::UserId.eq(7_i64))
        .exec(&conn)
        .await
        .unwrap();
    assert_eq!(many.rows_affected, 5);
    let row = asset::Entity::find_by_id(700).one(&conn).await.unwrap();
    let row = row.unwrap();
    assert_eq!(row.value, 1001);
    row.delete(&conn).await.unwrap();
    let own = asset::Entity::find().filter(asset::Column::UserId.eq(7_i64));
    assert_eq!(own.clone().count(&conn).await.unwrap(), 4);
    let pages = own
        .clone()
        .order_by_asc(asset::Column::Id)
        .paginate(&conn, 3);
    assert_eq!(pages.num_pages().await.unwrap(), 2);
    assert_eq!(pages.fetch_page(1).await.unwrap().len(), 1);
    let streamed: Vec<asset::Model> = own
        .stream(&conn)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(streamed.len(), 4);
    let gone = asset::Entity::delete_many().filter(asset::Column::Id.eq(701_i64));
    assert_eq!(gone.exec(&conn).await.unwrap().rows_affected, 1);
}

/// Joins of two tables with the same key.
async fn related(world: &World) {
    for user in 1..=USERS {
        let conn = world.of(user);
        let rows = (0..3).map(|n| log(user * 10 + n, user * 100 + 3, user, "joined"));
        log::Entity::insert_many(rows).exec(&conn).await.unwrap();
        let both = asset::Entity::find()
            .filter(asset::Column::UserId.eq(user))
            .find_with_related(log::Entity)
            .all(&conn)
            .await
            .unwrap();
        let logs: usize = both.iter().map(|(_, logs)| logs.len()).sum();
        assert_eq!(logs, 3, "player {user}");
        let one = log::Entity::find_by_id(user * 10).find_also_related(asset::Entity);
        let (_, owner) = one.one(&conn).await.unwrap().unwrap();
        assert_eq!(owner.unwrap().id, user * 100 + 3);
    }
}

/// Hand-written SQL, with the logical name in places where it is no name.
async fn raw(world: &World) {
    let conn = world.of(9);
    let backend = conn.get_database_backend();
    let name = "it's user_asset_tb, \"user_asset_tb\" -- `user_asset_tb`";
    let row = log::ActiveModel {
        note: Set(Some(name.to_owned())),
        ..log(9_999, 903, 9, "")
    };
    row.insert(&conn).await.unwrap();
    let sql = "SELECT COUNT(*) AS n /* user_asset_tb */ FROM user_asset_tb -- user_asset_tb\n \
               WHERE user_id = 9 AND app_id <> 'user_asset_tb ''user_asset_tb'";
    let row = conn
        .query_one_raw(Statement::from_string(backend, sql))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.try_get::<i64>("", "n").unwrap(), 5);
    let update = "UPDATE asset_log_tb SET note = 'asset_log_tb' WHERE id = 90";
    let done = conn.execute_unprepared(update).await.unwrap();
    assert_eq!(done.rows_affected(), 1);
    let found = log::Entity::find_by_id(90)
        .one(&conn)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.note.as_deref(), Some("asset_log_tb"));
    let found = log::Entity::find_by_id(9_999).one(&conn).await.unwrap();
    assert_eq!(found.unwrap().note.as_deref(), Some(name));
}

/// Commit, roll-back, nesting, SeaORM's closures and ours.
async fn transactions(world: &World) {
    let conn = world.of(11);
    let txn = conn.begin().await.unwrap();
    asset(1_190, 11).insert(&txn).await.unwrap();
    let nested = txn.begin().await.unwrap();
    asset(1_191, 11).insert(&nested).await.unwrap();
    nested.rollback().await.unwrap();
    txn.commit().await.unwrap();
    let kept = |id| asset::Entity::find_by_id(id).one(&conn);
    assert!(kept(1_190).await.unwrap().is_some());
    assert!(kept(1_191).await.unwrap().is_none());

    let failed = conn
        .transaction::<_, (), DbErr>(|txn| {
            Box::pin(async move {
                asset(1_192, 11).insert(txn).await?;
                Err(DbErr::Custom("changed my mind".to_owned()))
            })
        })
        .await;
    assert!(failed.is_err());
    assert!(kept(1_192).await.unwrap().is_none());

    db::transaction(&conn, |txn| {
        Box::pin(async move {
            asset(1_193, 11).insert(txn).await?;
            let found = asset::Entity::find_by_id(1_193).one(txn).await?;
            found.map(|_| ()).ok_or_else(AppError::not_found)
        })
    })
    .await
    .unwrap();
    assert!(kept(1_193).await.unwrap().is_some());
}

/// A gift from one player to another: two keys, one transaction.
async fn two_keys(world: &World) {
    let conn = world.of(12);
    for (is_kept, value) in [(false, 0), (true, 5)] {
        let given = db::transaction(&conn, |txn| {
            Box::pin(async move {
                let other = key(13);
                let other = txn.route(&other);
                let add = |id: i64, delta: i64| {
                    asset::Entity::update_many()
                        .col_expr(
                            asset::Column::Value,
                            Expr::col(asset::Column::Value).add(delta),
                        )
                        .filter(asset::Column::Id.eq(id))
                };
                let taken = add(1_200, -5).exec(txn).await?;
                let put = add(1_300, 5).exec(&other).await?;
                assert_eq!((taken.rows_affected, put.rows_affected), (1, 1));
                is_kept.then_some(()).ok_or_else(AppError::not_found)
            })
        })
        .await;
        assert_eq!(given.is_ok(), is_kept);
        let value_of = async |id: i64, user: i64| {
            let row = asset::Entity::find_by_id(id).one(&world.of(user)).await;
            row.unwrap().unwrap().value
        };
        assert_eq!(value_of(1_200, 12).await, 12 - value);
        assert_eq!(value_of(1_300, 13).await, 13 + value);
    }
}

/// Lists and figures over all tables are those of one big table.
async fn scatter(world: &World) {
    let all = world.scatter();
    let mut expected: Vec<asset::Model> = Vec::new();
    for user in 1..=USERS {
        let own = asset::Entity::find().filter(asset::Column::UserId.eq(user));
        expected.extend(own.all(&world.of(user)).await.unwrap());
    }
    expected.sort_by_key(|row| (row.value, -row.id));
    let order = [
        (asset::Column::Value, Order::Asc),
        (asset::Column::Id, Order::Desc),
    ];
    let top = all.top(asset::Entity::find(), &order, 0, 20).await.unwrap();
    assert_eq!(top, expected[..20]);
    let middle = asset::Entity::find().filter(asset::Column::Value.gte(3_i64));
    let from_3: Vec<_> = expected
        .iter()
        .filter(|row| row.value >= 3)
        .cloned()
        .collect();
    let page = PageQuery::new(2, 15);
    let page = all.page(middle.clone(), &order, &page).await.unwrap();
    assert_eq!(page.items, from_3[30..45]);
    assert_eq!(page.total, Some(from_3.len() as u64));
    let sum: i64 = from_3.iter().map(|row| row.value).sum();
    let summed = all.sum(middle.clone(), asset::Column::Value).await.unwrap();
    assert_eq!(summed, i128::from(sum));
    let nothing = asset::Entity::find().filter(asset::Column::Value.lt(-1_i64));
    assert_eq!(
        all.sum(nothing.clone(), asset::Column::Value)
            .await
            .unwrap(),
        0
    );
    assert_eq!(all.count(nothing.clone()).await.unwrap(), 0);
    assert!(all.one(nothing).await.unwrap().is_none());

    let mut groups: BTreeMap<i64, (u64, i128)> = BTreeMap::new();
    for row in &from_3 {
        let group = groups.entry(row.user_id).or_default();
        *group = (group.0 + 1, group.1 + i128::from(row.value));
    }
    let counts = all
        .count_by(middle.clone(), asset::Column::UserId)
        .await
        .unwrap();
    let by = groups.iter().map(|(user, (count, _))| (*user, *count));
    assert_eq!(counts, by.collect::<BTreeMap<i64, u64>>());
    let sums = all.sum_by(middle, asset::Column::UserId, asset::Column::Value);
    let by = groups.iter().map(|(user, (_, sum))| (*user, *sum));
    assert_eq!(sums.await.unwrap(), by.collect::<BTreeMap<i64, i128>>());

    // Page by page by the last row seen: every row once.
    let mut seen = Vec::new();
    let mut after = i64::MAX;
    loop {
        let next = asset::Entity::find().filter(asset::Column::Id.lt(after));
        let rows = all
            .top(next, &[(asset::Column::Id, Order::Desc)], 0, 17)
            .await
            .unwrap();
        let Some(last) = rows.last() else { break };
        after = last.id;
        seen.extend(rows.into_iter().map(|row| row.id));
    }
    let mut ids: Vec<i64> = expected.iter().map(|row| row.id).collect();
    ids.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(seen, ids);
}

/// How many physical tables the players are spread over.
async fn tables_in_use(world: &World) -> i64 {
    let mut names: Vec<String> = Vec::new();
    for user in 1..=1_000 {
        let name = world
            .of(user)
            .physical_table("user_asset_tb")
            .await
            .unwrap();
        if user <= USERS {
            let own = format!("SELECT COUNT(*) FROM {name} WHERE user_id = {user}");
            assert!(
                world.database.number(&own).await > 0,
                "player {user} in {name}"
            );
        }
        names.push(name);
    }
    names.sort();
    names.dedup();
    names.len().try_into().unwrap()
}
