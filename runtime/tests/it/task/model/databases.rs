//! The same histories on databases: the whole engine against the model, players side by side.

use std::collections::BTreeMap;

use chrono::{TimeZone as _, Utc};
use cloudapp_runtime::asset;
use cloudapp_runtime::auth::Player;
use cloudapp_runtime::task::{Deed, Fact, NoHooks};
use cloudapp_runtime::types::{Decimal, Id};
use futures_util::future::join_all;

use super::case::{Case, Clock, Event, case, event};
use super::expected;
use super::reference::{Answer, How, Model};
use crate::task::world::{ACT, Chance, World, draft, servers, size};

/// Who is invited and who invites have numbers of their own.
const GUESTS: i64 = 400;

struct Table {
    world: World,
    players: Vec<Player>,
    guests: BTreeMap<i64, Player>,
}

async fn apply(table: &Table, case: &Case, (task, module): (Id, Id), event: Event) -> Answer {
    let player = &table.players[event.user as usize - 1];
    let tasks = table.world.ctx.tasks();
    let Some(object) = event.object else {
        let part = if event.part > 0 {
            event.part.to_string()
        } else {
            String::new()
        };
        return match tasks.claim(player, task, &part).await {
            Ok(paid) => Answer::Paid(paid.rounds, paid.reward_value),
            Err(error) => word(error.code().as_str()),
        };
    };
    if case.setting.is_fact {
        let fact = match case.task_type {
            20 | 21 => Fact::Order {
                order_no: object.to_string(),
                goods_id: "cup".to_owned(),
                amount: Decimal::from_parts(event.amount.into(), 2),
            },
            _ => Fact::Draw {
                draw_id: object.to_string(),
                is_trial: false,
            },
        };
        let counted = tasks.report(player, ACT, module, &[fact]).await.unwrap();
        return if counted == 0 {
            Answer::Word("known")
        } else {
            Answer::Paid(0, 0)
        };
    }
    let mut deed = Deed::default();
    let mut actor = player;
    match case.task_type {
        4 | 15 => {
            deed.inviter_id = Some(player.user_id);
            actor = &table.guests[&object];
        }
        8 | 9 => deed.goods_id = Some(object.to_string()),
        16 => {
            deed.secret_code = Some("open sesame".to_owned());
            deed.request = Some(object.to_string());
        }
        _ => deed.request = Some(object.to_string()),
    }
    match tasks.act(actor, task, &deed).await {
        Ok(acted) if !acted.is_counted => Answer::Word("known"),
        Ok(acted) => acted.paid.map_or(Answer::Paid(0, 0), |paid| {
            Answer::Paid(paid.rounds, paid.reward_value)
        }),
        Err(error) => word(error.code().as_str()),
    }
}

fn word(code: &str) -> Answer {
    Answer::Word(match code {
        "task_done" => "done",
        "task_today" => "today",
        "task_not_ready" => "not ready",
        "task_refused" => "known",
        other => panic!("{other}"),
    })
}

/// An order that pays at once cannot be told from one that does not; such tasks are left out.
fn is_shown(case: &Case) -> bool {
    !case.setting.is_fact || case.setting.how != How::Rounds(true)
}

async fn history(table: &Table, seed: u64, events: usize) -> i64 {
    let mut chance = Chance::new(seed);
    let case = case(&mut chance, true);
    if !is_shown(&case) {
        return 0;
    }
    let mut model = Model::new(super::case::case(&mut Chance::new(seed), true).setting);
    // Invitations count once for a module.
    let mut draft = draft(
        seed as i64 + 1,
        case.task_type,
        case.period.number(),
        case.config.clone(),
    );
    draft.starts_at = case.starts_at;
    let tasks = table.world.ctx.tasks();
    let task = tasks.create("demo", &draft).await.unwrap().id;
    let mut clock = Clock::new();
    let mut paid = 0;
    for _ in 0..events / table.players.len() {
        clock.advance(&mut chance);
        table
            .world
            .clock
            .set(Utc.timestamp_millis_opt(clock.0).unwrap());
        // One of each player, all at once; the time is the same for them.
        let mut batch = Vec::new();
        for user in 1..=table.players.len() as i64 {
            let one = event(&case, &mut chance, &clock);
            // Who is invited by several at once is invited by any of them.
            let object = one.object.map(|object| match case.task_type {
                4 => (object * 4 + user - 1) % GUESTS,
                _ => object,
            });
            batch.push(Event {
                at: clock.0,
                user,
                object,
                ..one
            });
        }
        let answers = batch
            .iter()
            .map(|event| apply(table, &case, (task, draft.module_id), *event));
        let answers = join_all(answers).await;
        for (event, answer) in batch.iter().zip(answers) {
            let expected = expected(&mut model, event);
            assert_eq!(
                answer, expected,
                "seed {seed}: {event:?} of {}",
                case.config
            );
            if let Answer::Paid(_, value) = answer {
                paid += value;
            }
        }
    }
    // What is asked of the list writes nothing, and other tasks see nothing of it.
    tasks.remove("demo", task, true).await.unwrap();
    paid
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_each_database() {
    let seeds = size("CLOUDAPP_TASK_DB_SEEDS", 6) as u64;
    for server in servers() {
        let world = World::start(&server, asset::NoHooks, NoHooks, |config| {
            config.task.new_user_hours = 1_000_000;
        })
        .await;
        let mut players = Vec::new();
        for number in 0..4 {
            players.push(world.player(&format!("player {number}")).await);
        }
        let mut guests = BTreeMap::new();
        for number in 0..GUESTS {
            guests.insert(number, world.player(&format!("guest {number}")).await);
        }
        let table = Table {
            world,
            players,
            guests,
        };
        let mut paid = 0;
        for seed in 0..seeds {
            paid += history(&table, seed, 120).await;
        }
        let mut points = 0;
        for player in &table.players {
            points += table.world.points(player).await;
        }
        println!("{seeds} histories on {server}: {paid} paid");
        assert_eq!(points, paid);
        table.world.close().await;
    }
}
