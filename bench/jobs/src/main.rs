//! Jobs per second through `cloudapp-runtime` and through `apalis`, in turns, on the same databases.
//!
//! Prints a table; `README.md` says what the figures are, and what they are not.

mod ours;
mod plan;
mod theirs;

use plan::{Figures, Plan};

/// A database to measure on.
struct Place {
    name: &'static str,
    /// The server's URL.
    url: String,
}

fn env<T: std::str::FromStr>(name: &str, default: T) -> T {
    let value = std::env::var(name).ok();
    value.and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// The databases for which there is a URL, and SQLite.
fn places() -> Vec<Place> {
    let servers = [
        ("postgresql", "CLOUDAPP_TEST_POSTGRES_URL"),
        ("mariadb", "CLOUDAPP_TEST_MYSQL_URL"),
    ];
    let servers = servers.into_iter().filter_map(|(name, variable)| {
        let url = std::env::var(variable).ok()?;
        Some(Place { name, url })
    });
    let sqlite = Place {
        name: "sqlite",
        url: "sqlite:".to_owned(),
    };
    let only = std::env::var("CLOUDAPP_BENCH_ONLY").ok();
    let mut places: Vec<Place> = servers.chain([sqlite]).collect();
    places.retain(|place| only.as_deref().is_none_or(|only| only == place.name));
    places
}

/// With `apalis`, if its 1.0 has a storage for this database.
async fn theirs(place: &Place, plan: &Plan) -> Option<Figures> {
    match place.name {
        "postgresql" => Some(theirs::postgres(&place.url, plan).await),
        "sqlite" => Some(theirs::sqlite(plan).await),
        _ => None,
    }
}

fn print_row(place: &str, concurrency: usize, who: &str, figures: &Figures) {
    let Figures { one, many, run } = figures;
    println!("| {place} | {concurrency} | {who} | {one:.0} | {many:.0} | {run:.0} |");
}

#[tokio::main]
async fn main() {
    let jobs = env("CLOUDAPP_BENCH_JOBS", 10_000);
    let rounds = env("CLOUDAPP_BENCH_ROUNDS", 3).max(1);
    println!("{jobs} jobs that do nothing, jobs per second, best of {rounds} rounds\n");
    println!("| database | at once | with | enqueued one by one | enqueued 500 a call | run |");
    println!("|---|---|---|---|---|---|");
    for place in places() {
        for concurrency in [1, 16, 64] {
            let plan = Plan { jobs, concurrency };
            let (mut our_best, mut their_best) = (Figures::default(), None::<Figures>);
            for _ in 0..rounds {
                our_best = our_best.best(ours::measure(&place.url, &plan).await);
                if let Some(figures) = theirs(&place, &plan).await {
                    their_best = Some(their_best.unwrap_or_default().best(figures));
                }
            }
            print_row(place.name, concurrency, "cloudapp-runtime", &our_best);
            if let Some(their_best) = their_best {
                print_row(place.name, concurrency, "apalis 1.0.0", &their_best);
                let ratio = our_best.over(&their_best);
                println!(
                    "| {} | {concurrency} | *ratio* | {:.2} | {:.2} | {:.2} |",
                    place.name, ratio.one, ratio.many, ratio.run
                );
            }
        }
    }
}
