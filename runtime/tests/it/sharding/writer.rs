//! A process that writes at a steady rate, and knows afterwards what the rows must hold.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cloudapp_runtime::db;
use cloudapp_runtime::error::AppError;
use cloudapp_runtime::random;
use cloudapp_runtime::shard::{ShardConn, Shards};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _};
use tokio::task::JoinSet;
use tokio::time::interval;

use super::entity::asset;
use super::reshard::{rows, size};
use super::world::{asset, key};

/// What the writer did, player by player, and how it went.
#[derive(Default)]
struct Written {
    values: BTreeMap<i64, i64>,
    done: u64,
    failed: Vec<String>,
    longest: Duration,
}

/// Writes at a steady rate until stdin ends; then tells what the rows must hold.
pub(crate) async fn write_until_told(shards: Arc<Shards>, run: i64) {
    let (told, mut is_told) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = told.send(());
    });
    let mut written = Written::default();
    let (users, rate) = (rows(), size("CLOUDAPP_RESHARD_WRITES", 60));
    let mut number = 0;
    let new_users = run * 1_000_000_000;
    let mut ticks = interval(Duration::from_micros(1_000_000 / rate));
    let mut running = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut is_told => break,
            Some(done) = running.join_next() => written.note(done.unwrap()),
            _ = ticks.tick(), if running.len() < 64 => {
                number += 1;
                running.spawn(write(Arc::clone(&shards), number, users, new_users + number));
            }
        }
    }
    while let Some(done) = running.join_next().await {
        written.note(done.unwrap());
    }
    println!();
    for (user, value) in &written.values {
        println!("VALUE {user} {value}");
    }
    println!(
        "WRITTEN {} {} {}",
        written.done,
        written.failed.len(),
        written.longest.as_millis()
    );
    for reason in &written.failed {
        println!("REASON {reason}");
    }
}

type Outcome = (Vec<(i64, i64)>, Result<(), String>, Duration);

impl Written {
    fn note(&mut self, (changes, result, took): Outcome) {
        self.longest = self.longest.max(took);
        match result {
            Err(reason) => self.failed.push(reason),
            Ok(()) => {
                self.done += 1;
                for (user, delta) in changes {
                    *self.values.entry(user).or_default() += delta;
                }
            }
        }
    }
}

/// One write: a single statement, a new row, or a gift in a transaction.
async fn write(shards: Arc<Shards>, number: i64, users: i64, new_user: i64) -> Outcome {
    let pick = || 1 + i64::try_from(random::below(users.unsigned_abs()).unwrap()).unwrap();
    let (one, other) = (pick(), pick());
    let of = |user| ShardConn::new(Arc::clone(&shards), key(user));
    let begun = Instant::now();
    let (changes, result) = match number % 3 {
        0 => {
            let done = add(one, 3).exec(&of(one)).await;
            let result = done.map_err(|error| error.to_string());
            let result = result.and_then(|done| match done.rows_affected {
                1 => Ok(()),
                n => Err(format!("{n} rows of player {one}")),
            });
            (vec![(one, 3)], result)
        }
        1 => {
            let done = asset(new_user, new_user).insert(&of(new_user)).await;
            (
                vec![(new_user, new_user)],
                done.map(|_| ()).map_err(|error| error.to_string()),
            )
        }
        _ => {
            let done = gift(&of(one), one, other).await;
            (
                vec![(one, -1), (other, 1)],
                done.map_err(|error| error.detail().to_string()),
            )
        }
    };
    (changes, result, begun.elapsed())
}

fn add(user: i64, delta: i64) -> sea_orm::UpdateMany<asset::Entity> {
    asset::Entity::update_many()
        .col_expr(
            asset::Column::Value,
            Expr::col(asset::Column::Value).add(delta),
        )
        .filter(asset::Column::UserId.eq(user))
}

async fn gift(conn: &ShardConn, from: i64, to: i64) -> Result<(), AppError> {
    db::transaction(conn, |txn| {
        Box::pin(async move {
            let other = key(to);
            // In one order, so that two gifts do not wait for each other.
            let (first, second) = if from < to { (-1, 1) } else { (1, -1) };
            let (low, high) = if from < to { (from, to) } else { (to, from) };
            let keys = (key(low), key(high));
            let one = add(low, first).exec(&txn.route(&keys.0)).await?;
            let two = add(high, second).exec(&txn.route(&keys.1)).await?;
            let found = asset::Entity::find_by_id(to)
                .one(&txn.route(&other))
                .await?;
            if one.rows_affected + two.rows_affected != 2 || found.is_none() {
                return Err(DbErr::Custom(format!("players {from}, {to}: no row")).into());
            }
            Ok(())
        })
    })
    .await
}
