//! Daily signs per second: our tasks, in the process and over HTTP, beside the old framework's
//! algorithm on its own stack.
//!
//! See `bench/task/README.md`.

mod http;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::{App, Context, Module};
use cloudapp_runtime::asset;
use cloudapp_runtime::auth::Player;
use cloudapp_runtime::config::{Config, Secret};
use cloudapp_runtime::http::routes;
use cloudapp_runtime::migrate::Options;
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::stat::task_metrics;
use cloudapp_runtime::task::{Deed, NoHooks, TaskDraft};
use cloudapp_runtime::testing::Scratch;
use serde::Deserialize;
use serde_json::json;
use tokio::task::JoinSet;
use utoipa::ToSchema;

const APP_ID: &str = "demo";
const CLIENTS: u64 = 64;
/// Tells this program that it is the server, and of which database.
const SERVE: &str = "CLOUDAPP_BENCH_SERVE";

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn size(variable: &str, default: u64) -> u64 {
    let given = std::env::var(variable).ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn app() -> App {
    let mut app = App::new("bench", "0.0.0");
    app.module(Module::new("asset").ledger(asset::NoHooks));
    app.module(Module::new("stat").statistics().metrics(task_metrics()));
    let module = Module::new("task").tasks(NoHooks);
    app.module(module.routes(Router::new().routes(routes!(sign))));
    app
}

#[derive(Deserialize, ToSchema, garde::Validate)]
struct Input {
    #[garde(skip)]
    user_id: Id,
    #[garde(skip)]
    task_id: Id,
}

/// Whoever is logged in signs for anybody: in a benchmark only.
#[utoipa::path(post, path = "/client/sign", request_body = Input)]
async fn sign(
    State(ctx): State<Context>,
    player: Player,
    Json(input): Json<Input>,
) -> AppResult<Reply<i64>> {
    let player = Player {
        user_id: input.user_id,
        app_id: player.app_id,
    };
    let acted = ctx
        .tasks()
        .act(&player, input.task_id, &Deed::default())
        .await?;
    Ok(Reply(acted.paid.map_or(0, |paid| paid.reward_value)))
}

fn config(url: &str) -> Config {
    let mut config = Config::default();
    config.database.url = Secret::new(url);
    config.database.max_connections = 24;
    config.database.connect_timeout_s = 30;
    config.auth.token_key = Secret::new("of no worth, in a benchmark only");
    config.auth.dev_login = true;
    config.asset.chain_key = Secret::new("of no worth, in a benchmark only");
    config
}

#[tokio::main]
async fn main() -> Outcome<()> {
    if let Ok(url) = std::env::var(SERVE) {
        return serve(&url).await;
    }
    let only = std::env::var("CLOUDAPP_BENCH_ONLY").unwrap_or_default();
    for (name, variable) in [
        ("MariaDB", "CLOUDAPP_TEST_MYSQL_URL"),
        ("PostgreSQL", "CLOUDAPP_TEST_POSTGRES_URL"),
        ("SQLite", ""),
    ] {
        let server = match std::env::var(variable) {
            _ if variable.is_empty() => "sqlite:".to_owned(),
            Ok(server) => server,
            Err(_) => continue,
        };
        if only.is_empty() || only == name.to_lowercase() {
            let scratch = Scratch::create(&server).await;
            measure(name, scratch.url()).await?;
        }
    }
    Ok(())
}

/// Serves until it is killed.
async fn serve(url: &str) -> Outcome<()> {
    let app = app();
    let ctx = Context::connect(&app, config(url)).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, app.router(ctx)).await?;
    Ok(())
}

async fn measure(name: &str, url: &str) -> Outcome<()> {
    let ctx = Context::connect(&app(), config(url)).await?;
    for (group, migrator) in ctx.migrators() {
        migrator.up(ctx.db_of(*group), &Options::default()).await?;
    }
    let draft = TaskDraft {
        act_id: Id::new(1),
        task_type: 2,
        complete_type: 1,
        config: json!({ "reward_value": 2 }),
        is_release: true,
        ..TaskDraft::default()
    };
    let task = ctx
        .tasks()
        .create(APP_ID, &draft)
        .await
        .map_err(|e| e.detail())?
        .id;
    let original = std::env::var("CLOUDAPP_BENCH_ORIGINAL").ok();
    let server = http::start(url)?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (mut inside, mut own, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    let mut users = 1_000_000;
    for _ in 0..size("CLOUDAPP_BENCH_ROUNDS", 3) {
        inside.push(run_inside(&ctx, task, &mut users).await?);
        own.push(http::measure(&server.address, task, &mut users).await?);
        if let Some(address) = &original {
            theirs.push(http::measure_original(address, &mut users).await?);
        }
    }
    let [inside, own, theirs] = [median(inside), median(own), median(theirs)];
    println!("{name}, signs/s, {CLIENTS} clients: in the process {inside:.0}, over HTTP {own:.0}");
    if original.is_some() {
        println!("original {theirs:.0}: over HTTP {:.1} x", own / theirs);
    }
    ctx.close().await;
    Ok(())
}

async fn run_inside(ctx: &Context, task: Id, users: &mut u64) -> Outcome<f64> {
    let ctx = ctx.clone();
    run(users, move |_| {
        let ctx = ctx.clone();
        move |user: u64| {
            let ctx = ctx.clone();
            async move {
                let player = Player {
                    user_id: Id::new(user as i64),
                    app_id: APP_ID.to_owned(),
                };
                let done = ctx.tasks().act(&player, task, &Deed::default()).await;
                done.map(drop).map_err(|error| error.detail())
            }
        }
    })
    .await
}

/// Has so many clients work for some seconds, each sign by a player of its own; how many a second.
async fn run<F, W>(users: &mut u64, client_work: impl Fn(u64) -> W) -> Outcome<f64>
where
    W: Fn(u64) -> F + Send + 'static,
    F: Future<Output = Result<(), String>> + Send,
{
    let time = Duration::from_millis(size("CLOUDAPP_BENCH_MS", 4_000));
    let next = Arc::new(AtomicU64::new(*users));
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for client in 0..CLIENTS {
        let (work, next) = (client_work(client), Arc::clone(&next));
        tasks.spawn(async move {
            while begun.elapsed() < time {
                work(next.fetch_add(1, Ordering::Relaxed)).await?;
            }
            Ok::<(), String>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let took = begun.elapsed().as_secs_f64();
    let last = next.load(Ordering::Relaxed);
    let count = last - *users;
    *users = last;
    Ok(count as f64 / took)
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(0.0)
}
