//! An app with ledger and tasks.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use cloudapp_runtime::app::{App, Context, Module};
use cloudapp_runtime::asset::{self, Asset, JournalFilter, Owner};
use cloudapp_runtime::auth::Player;
use cloudapp_runtime::clock::{Clock, ManualClock};
use cloudapp_runtime::config::Config;
use cloudapp_runtime::error::AppError;
use cloudapp_runtime::outbox::{self, Event};
use cloudapp_runtime::task::{
    Acted, Deed, Hooks, NoHooks, Paid, ScriptedVerifier, TaskDraft, TaskFilter, TaskView, Verifier,
};
use cloudapp_runtime::testing::Scratch;
use cloudapp_runtime::types::Id;
use serde_json::Value;

use crate::asset::world::{APP_ID, config, migrate};

pub(super) use crate::asset::world::{servers, size};

/// The activity of all tasks.
pub(super) const ACT: Id = Id::new(1);

/// Numbers that look random and are the same in each run.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 11) % end
    }
}

/// An app with nothing but ledger and tasks.
pub(super) fn app(
    ledger: impl asset::Hooks,
    tasks: impl Hooks,
    verifier: &ScriptedVerifier,
) -> App {
    let mut app = App::new("tasks", "1.0.0");
    app.module(Module::new("asset").ledger(ledger));
    app.module(Module::new("task").tasks(tasks));
    app.extension(Verifier::new(verifier.clone()));
    app
}

/// One instance with a clock of its own; the database goes away with it.
pub(super) struct World {
    pub(super) ctx: Context,
    pub(super) clock: Arc<ManualClock>,
    pub(super) verifier: ScriptedVerifier,
    _scratch: Scratch,
}

pub(super) fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

impl World {
    pub(super) async fn new() -> Self {
        Self::start("sqlite:", asset::NoHooks, NoHooks, |_| {}).await
    }

    pub(super) async fn start(
        server: &str,
        ledger: impl asset::Hooks,
        tasks: impl Hooks,
        adjust: impl FnOnce(&mut Config),
    ) -> Self {
        Self::of(server, |verifier| app(ledger, tasks, verifier), adjust).await
    }

    /// With an app of whatever modules, which asks this verifier.
    pub(super) async fn of(
        server: &str,
        app: impl FnOnce(&ScriptedVerifier) -> App,
        adjust: impl FnOnce(&mut Config),
    ) -> Self {
        let verifier = ScriptedVerifier::default();
        let app = app(&verifier);
        // A Thursday, in Shanghai and in UTC.
        let clock = Arc::new(ManualClock::new(time("2026-11-26T04:00:00Z")));
        let scratch = Scratch::create(server).await;
        let mut config = config(scratch.url());
        adjust(&mut config);
        let shared = Arc::clone(&clock) as Arc<dyn Clock>;
        let ctx = Context::connect_with_clock(&app, config, shared)
            .await
            .unwrap();
        migrate(&ctx).await;
        Self {
            ctx,
            clock,
            verifier,
            _scratch: scratch,
        }
    }

    /// A player who exists; new players are new.
    pub(super) async fn player(&self, name: &str) -> Player {
        let demo = cloudapp_runtime::app::Demo::default();
        let user_id = demo.player(&self.ctx, name).await.unwrap();
        Player {
            user_id,
            app_id: APP_ID.to_owned(),
        }
    }

    /// A released task.
    pub(super) async fn task(&self, task_type: i32, complete_type: i32, config: Value) -> Id {
        self.task_of(0, task_type, complete_type, config).await
    }

    pub(super) async fn task_of(
        &self,
        module: i64,
        task_type: i32,
        complete_type: i32,
        config: Value,
    ) -> Id {
        let draft = draft(module, task_type, complete_type, config);
        let row = self.ctx.tasks().create(APP_ID, &draft).await;
        row.unwrap_or_else(|error| panic!("{error}")).id
    }

    pub(super) async fn act(&self, player: &Player, task: Id) -> Result<Acted, String> {
        self.act_with(player, task, Deed::default()).await
    }

    pub(super) async fn act_with(
        &self,
        player: &Player,
        task: Id,
        deed: Deed,
    ) -> Result<Acted, String> {
        let acted = self.ctx.tasks().act(player, task, &deed).await;
        acted.map_err(code)
    }

    pub(super) async fn claim(&self, player: &Player, task: Id) -> Result<Paid, String> {
        self.claim_part(player, task, "").await
    }

    pub(super) async fn claim_part(
        &self,
        player: &Player,
        task: Id,
        part: &str,
    ) -> Result<Paid, String> {
        self.ctx
            .tasks()
            .claim(player, task, part)
            .await
            .map_err(code)
    }

    pub(super) async fn view(&self, player: &Player, task: Id) -> TaskView {
        let filter = TaskFilter {
            act_id: ACT,
            ..TaskFilter::default()
        };
        let list = self.ctx.tasks().list(player, &filter).await.unwrap();
        list.into_iter().find(|view| view.id == task).unwrap()
    }

    /// A player's points.
    pub(super) async fn points(&self, player: &Player) -> i64 {
        let owner = Owner::user(APP_ID, ACT, player.user_id);
        self.ctx
            .ledger()
            .get(&owner, &Asset::from(Asset::POINTS))
            .await
            .unwrap()
    }

    /// What the journal says that a player was paid, newest first.
    pub(super) async fn journal(&self, player: &Player) -> Vec<asset::JournalRow> {
        let owner = Owner::user(APP_ID, ACT, player.user_id);
        let filter = JournalFilter::default();
        self.ctx
            .ledger()
            .log(&owner, &filter, None, 1_000)
            .await
            .unwrap()
    }

    pub(super) async fn events(&self) -> Vec<Event> {
        outbox::pending(self.ctx.db(), 1_000).await.unwrap()
    }

    pub(super) fn days(&self, days: i64) {
        self.clock.advance(chrono::Duration::days(days));
    }

    pub(super) async fn close(self) {
        self.ctx.close().await;
    }
}

pub(super) fn draft(module: i64, task_type: i32, complete_type: i32, config: Value) -> TaskDraft {
    TaskDraft {
        act_id: ACT,
        module_id: Id::new(module),
        task_type,
        complete_type,
        config,
        is_release: true,
        ..TaskDraft::default()
    }
}

/// The code of a refusal.
pub(super) fn code(error: AppError) -> String {
    error.code().as_str().to_owned()
}

pub(super) fn invited_by(inviter: &Player) -> Deed {
    Deed {
        inviter_id: Some(inviter.user_id),
        ..Deed::default()
    }
}

pub(super) fn goods(id: &str) -> Deed {
    Deed {
        goods_id: Some(id.to_owned()),
        ..Deed::default()
    }
}
