//! The engine against a model of a few lines, which counts one event after the other.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Duration, FixedOffset, TimeZone as _, Timelike as _, Utc};
use cloudapp_runtime::clock::ManualClock;
use cloudapp_runtime::random;
use cloudapp_runtime::stat::{StatEvent, StatValue};
use cloudapp_runtime::types::{DateTime, Id};

use super::world::{Cells, World, cells, decimal, event, fast, rows, servers};

/// An event as the model knows it.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) metric: &'static str,
    pub(crate) act: i64,
    pub(crate) user: i64,
    pub(crate) billionths: i128,
    pub(crate) at: DateTime<Utc>,
    pub(crate) key: Option<String>,
}

impl Said {
    pub(crate) fn event(&self) -> StatEvent {
        let value = match self.metric {
            "Price" | "FirstPrice" => {
                let (whole, part) = (
                    self.billionths / 1_000_000_000,
                    self.billionths % 1_000_000_000,
                );
                StatValue::Decimal(decimal(&format!("{whole}.{part:09}")))
            }
            _ => StatValue::Int((self.billionths / 1_000_000_000) as i64),
        };
        let event = event(self.metric, self.user).act(Id::new(self.act));
        let event = event.value(value).at(self.at);
        match &self.key {
            Some(key) => event.key(key.clone()),
            None => event,
        }
    }
}

/// What is counted by now.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) cells: Cells,
    keys: BTreeSet<(&'static str, String)>,
    daily: BTreeSet<(&'static str, i64, i64, i32)>,
    ever: BTreeSet<(&'static str, i64, i64)>,
    pub(crate) log_rows: usize,
}

impl Model {
    pub(crate) fn count(&mut self, said: &Said) {
        let local = said
            .at
            .with_timezone(&FixedOffset::east_opt(8 * 3_600).unwrap());
        let day: i32 = local.format("%Y%m%d").to_string().parse().unwrap();
        let key = said.key.clone().map(|key| (said.metric, key));
        let is_new = match said.metric {
            "VisitUserCount" | "FirstPrice" => {
                self.daily.insert((said.metric, said.act, said.user, day))
            }
            "NewUserCount" => self.ever.insert((said.metric, said.act, said.user)),
            _ => key.is_none_or(|key| self.keys.insert(key)),
        };
        if !is_new {
            return;
        }
        if !matches!(said.metric, "VisitCount" | "Price") {
            self.log_rows += 1;
        }
        let cell = (said.act, said.metric.to_owned(), day, local.hour() as i32);
        let cell = self.cells.entry(cell).or_default();
        cell.0 += said.billionths;
        cell.1 += 1;
    }
}

const METRICS: [&str; 6] = [
    "VisitCount",
    "VisitUserCount",
    "NewUserCount",
    "Price",
    "FirstPrice",
    "Logged",
];

/// Something that may happen around a midnight in Shanghai.
fn said(base: DateTime<Utc>) -> Said {
    let below = |bound| random::below(bound).unwrap() as i64;
    let metric = METRICS[below(6) as usize];
    let mut billionths = i128::from(below(50)) * 1_000_000_000;
    if matches!(metric, "Price" | "FirstPrice") {
        billionths += i128::from(below(1_000_000_000));
    }
    let user = 1 + below(12);
    Said {
        metric,
        act: 1 + below(3),
        user,
        billionths,
        at: base + Duration::seconds(below(2 * 86_400)) - Duration::days(2),
        // Events of different players are counted in no order.
        key: (below(3) == 0).then(|| format!("{user}:{}", below(8))),
    }
}

#[tokio::test]
async fn figures_are_those_of_the_model() {
    // One o'clock in Shanghai, still the day before in UTC.
    let base = Utc.with_ymd_and_hms(2026, 3, 1, 17, 0, 0).unwrap();
    for server in servers() {
        for is_fast in [false, true] {
            let clock = Arc::new(ManualClock::new(base));
            let world = World::start(&server, clock, |config| {
                config.stat.batch_max = 37;
                if is_fast {
                    fast(config);
                }
            });
            let world = world.await;
            let stats = world.ctx.stats();
            let mut model = Model::default();
            for _ in 0..60 {
                let size = 1 + random::below(30).unwrap();
                let some: Vec<Said> = (0..size).map(|_| said(base)).collect();
                some.iter().for_each(|said| model.count(said));
                let events = some.iter().map(Said::event).collect();
                stats.report(events).await.unwrap();
                if random::below(3).unwrap() == 0 {
                    stats.count_waiting().await.unwrap();
                }
            }
            stats.count_waiting().await.unwrap();
            assert_eq!(cells(&world.ctx).await, model.cells, "{server} {is_fast}");
            let log = rows(&world.ctx, "id", "stat_log").await;
            assert_eq!(log.len(), model.log_rows, "{server} {is_fast}");
            assert_eq!(stats.waiting().await.unwrap(), 0);
            world.ctx.close().await;
        }
    }
}
