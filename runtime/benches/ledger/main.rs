//! Changes of balances per second: the ledger beside a bare UPDATE, in one run.
//!
//! See `bench/ledger/README.md`.

mod http;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::Context;
use cloudapp_runtime::asset::{Asset, Change, Owner, Source};
use cloudapp_runtime::config::{Config, Secret};
use cloudapp_runtime::db::{self, PoolOptions};
use cloudapp_runtime::migrate::Options;
use cloudapp_runtime::random;
use cloudapp_runtime::types::Id;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tokio::task::JoinSet;

const ACCOUNTS: u64 = 10_000;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn size(variable: &str, default: u64) -> u64 {
    let given = std::env::var(variable).ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[tokio::main]
async fn main() -> Outcome<()> {
    if let Ok(url) = std::env::var(http::SERVE) {
        return http::serve(&url).await;
    }
    let only = std::env::var("CLOUDAPP_BENCH_ONLY").unwrap_or_default();
    let folder = std::env::temp_dir().join(format!("bench-ledger-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    if only.is_empty() || only == "sqlite" {
        let url = format!("sqlite://{}?mode=rwc", folder.join("bench.db").display());
        measure("SQLite", &url).await?;
    }
    for (name, variable) in [
        ("MariaDB", "CLOUDAPP_TEST_MYSQL_URL"),
        ("PostgreSQL", "CLOUDAPP_TEST_POSTGRES_URL"),
    ] {
        let Ok(server) = std::env::var(variable) else {
            continue;
        };
        if only.is_empty() || only == name.to_lowercase() {
            on_server(name, &server).await?;
        }
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

async fn on_server(name: &str, server: &str) -> Outcome<()> {
    let database = format!("bench_{}", random::hex::<8>()?);
    let base = server.rsplit_once('/').map_or(server, |(base, _)| base);
    let admin_url = if server.starts_with("mysql") {
        format!("{base}/mysql")
    } else {
        server.to_owned()
    };
    let admin = db::connect(&PoolOptions {
        url: Secret::new(admin_url),
        max_connections: 1,
        connect_timeout: Duration::from_secs(10),
        slow_query: Duration::from_secs(5),
    })
    .await?;
    admin
        .execute_unprepared(&format!("CREATE DATABASE {database}"))
        .await?;
    let outcome = measure(name, &format!("{base}/{database}")).await;
    admin
        .execute_unprepared(&format!("DROP DATABASE {database}"))
        .await?;
    outcome
}

fn config(url: &str, group_commit: bool) -> Config {
    let mut config = Config::default();
    config.database.url = Secret::new(url);
    config.database.max_connections = 24;
    config.auth.token_key = Secret::new("of no worth, in a benchmark only");
    config.asset.chain_key = Secret::new("of no worth, in a benchmark only");
    config.asset.group_commit = group_commit;
    config.asset.lanes = size("CLOUDAPP_BENCH_LANES", 2) as usize;
    config.asset.wait_ms = 60_000;
    config
}

fn owner(user: u64) -> Owner {
    Owner::user("demo", Id::new(1), Id::new(user as i64))
}

fn change(user: u64, delta: i64, key: String) -> Change {
    Change::new(owner(user), Asset::POINTS, delta)
        .key(key)
        .source(Source::new(Source::MANUAL))
        .title("Bench")
        .handler("POST /admin/assets/change")
}

/// One kind of work: how many a second, and the 99th percentile of their times.
#[derive(Clone, Copy)]
struct Rate {
    per_second: f64,
    p99_ms: f64,
}

async fn measure(name: &str, url: &str) -> Outcome<()> {
    let grouped = Context::connect(&http::app(), config(url, true)).await?;
    for (group, migrator) in grouped.migrators() {
        migrator
            .up(grouped.db_of(*group), &Options::default())
            .await?;
    }
    let single = Context::connect(&http::app(), config(url, false)).await?;
    fill(&grouped).await?;
    let bare = bare_table(grouped.db()).await?;
    let (clients, rounds) = (64, size("CLOUDAPP_BENCH_ROUNDS", 3));
    println!("\n{name}, changes/s (p99 ms); ratios of medians\n");
    for (what, users) in [("10,000 accounts", ACCOUNTS), ("one hot account", 1)] {
        let mut rates: Vec<Vec<Rate>> = vec![Vec::new(); 3];
        for _ in 0..rounds {
            if std::env::var_os("CLOUDAPP_BENCH_PROFILE").is_some() {
                println!(
                    "{:.0}",
                    run_ledger(&grouped, clients, users).await?.per_second
                );
                return Ok(());
            }
            rates[0].push(run_bare(grouped.db(), bare.clone(), clients, users).await?);
            rates[1].push(run_ledger(&single, clients, users).await?);
            rates[2].push(run_ledger(&grouped, clients, users).await?);
        }
        let [bare, one, all] = [median(&rates[0]), median(&rates[1]), median(&rates[2])];
        println!(
            "{what}: bare {:.0} ({:.1}); one by one {:.0} ({:.1}); ledger {:.0} ({:.1}): {:.2} x \
             bare, {:.2} x one by one",
            bare.per_second,
            bare.p99_ms,
            one.per_second,
            one.p99_ms,
            all.per_second,
            all.p99_ms,
            all.per_second / bare.per_second,
            all.per_second / one.per_second,
        );
    }
    let mut rates: Vec<Vec<Rate>> = vec![Vec::new(); 2];
    for _ in 0..rounds {
        rates[0].push(run_ledger(&single, 1, ACCOUNTS).await?);
        rates[1].push(run_ledger(&grouped, 1, ACCOUNTS).await?);
    }
    let [one, all] = [median(&rates[0]), median(&rates[1])];
    println!(
        "one client: one by one {:.0}; ledger {:.0}: {:.2} x",
        one.per_second,
        all.per_second,
        all.per_second / one.per_second
    );
    grouped.close().await;
    single.close().await;
    over_http(url, clients, rounds).await
}

/// Our server on this database, in turns with the original's algorithm where one is named.
async fn over_http(url: &str, clients: u64, rounds: u64) -> Outcome<()> {
    let original = std::env::var("CLOUDAPP_BENCH_ORIGINAL").ok();
    let server = http::start(url)?;
    tokio::time::sleep(http::STARTING).await;
    for (what, users) in [("10,000 accounts", ACCOUNTS), ("one hot account", 1)] {
        let (mut own, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            own.push(http::measure(&server, clients, users).await?);
            if let Some(address) = &original {
                theirs.push(http::measure_original(address, clients, users).await?);
            }
        }
        let own = median(&own);
        print!(
            "over HTTP, {what}: {:.0} ({:.1})",
            own.per_second, own.p99_ms
        );
        if original.is_some() {
            let theirs = median(&theirs);
            print!(
                "; original {:.0} ({:.1}): {:.1} x",
                theirs.per_second,
                theirs.p99_ms,
                own.per_second / theirs.per_second
            );
        }
        println!();
    }
    Ok(())
}

/// Every account with a balance.
async fn fill(ctx: &Context) -> Outcome<()> {
    let mut tasks = JoinSet::new();
    for part in 0..64 {
        let ctx = ctx.clone();
        tasks.spawn(async move {
            for user in (1..=ACCOUNTS).filter(|user| user % 64 == part) {
                let gain = change(user, 1_000_000, format!("fill:{user}"));
                ctx.ledger().change(gain).await.map_err(|e| e.detail())?;
            }
            Ok::<(), String>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

/// A table of bare balances, and the statement that changes one.
async fn bare_table(db: &DatabaseConnection) -> Outcome<Arc<str>> {
    db.execute_unprepared(
        "CREATE TABLE bare_tb (user_id BIGINT PRIMARY KEY, asset_value BIGINT NOT NULL)",
    )
    .await?;
    for part in (1..=ACCOUNTS).collect::<Vec<_>>().chunks(500) {
        let rows: Vec<String> = part.iter().map(|id| format!("({id}, 1000000)")).collect();
        let sql = format!("INSERT INTO bare_tb VALUES {}", rows.join(", "));
        db.execute_unprepared(&sql).await?;
    }
    let sql = match db.get_database_backend() {
        sea_orm::DbBackend::Postgres => {
            "UPDATE bare_tb SET asset_value = asset_value + $1 WHERE user_id = $2 AND asset_value \
             + $3 >= 0"
        }
        _ => {
            "UPDATE bare_tb SET asset_value = asset_value + ? WHERE user_id = ? AND asset_value + \
             ? >= 0"
        }
    };
    Ok(sql.into())
}

async fn run_bare(
    db: &DatabaseConnection,
    sql: Arc<str>,
    clients: u64,
    users: u64,
) -> Outcome<Rate> {
    let db = db.clone();
    run(clients, users, move |_| {
        let (db, sql) = (db.clone(), Arc::clone(&sql));
        move |user, delta, _| {
            let (db, sql) = (db.clone(), Arc::clone(&sql));
            async move {
                let values = [delta.into(), (user as i64).into(), delta.into()];
                let backend = db.get_database_backend();
                let statement = Statement::from_sql_and_values(backend, &*sql, values);
                db.execute_raw(statement).await.map_err(|e| e.to_string())?;
                Ok(())
            }
        }
    })
    .await
}

async fn run_ledger(ctx: &Context, clients: u64, users: u64) -> Outcome<Rate> {
    let ctx = ctx.clone();
    run(clients, users, move |_| {
        let ctx = ctx.clone();
        move |user, delta, key| {
            let ctx = ctx.clone();
            async move {
                let done = ctx.ledger().change(change(user, delta, key)).await;
                done.map(|_| ()).map_err(|error| error.detail())
            }
        }
    })
    .await
}

/// Has so many clients work for some seconds.
async fn run<F, W>(clients: u64, users: u64, client_work: impl Fn(u64) -> W) -> Outcome<Rate>
where
    W: Fn(u64, i64, String) -> F + Send + 'static,
    F: Future<Output = Result<(), String>> + Send,
{
    let time = Duration::from_secs_f64(size("CLOUDAPP_BENCH_MS", 4_000) as f64 / 1e3);
    let run: Arc<str> = random::hex::<4>()?.into();
    let count = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        let (work, run, count) = (client_work(client), Arc::clone(&run), Arc::clone(&count));
        tasks.spawn(async move {
            let mut times = Vec::new();
            let mut number = 0_u64;
            // A linear congruential generator: the same players in every run.
            let mut seed = client.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
            while begun.elapsed() < time {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let user = 1 + (seed >> 33) % users;
                let delta = if seed & 0x1_0000 == 0 { 3 } else { -2 };
                number += 1;
                let key = format!("{run}:{client}:{number}");
                let since = Instant::now();
                work(user, delta, key).await?;
                times.push(since.elapsed().as_secs_f64() * 1e3);
            }
            count.fetch_add(number, Ordering::Relaxed);
            Ok::<Vec<f64>, String>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.extend(done??);
    }
    let took = begun.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    Ok(Rate {
        per_second: count.load(Ordering::Relaxed) as f64 / took,
        p99_ms: times.get(times.len() * 99 / 100).copied().unwrap_or(0.0),
    })
}

fn median(rates: &[Rate]) -> Rate {
    let mut sorted = rates.to_vec();
    sorted.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    sorted[sorted.len() / 2]
}
