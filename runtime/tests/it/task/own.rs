//! Types of the app's own, what production refuses, and what operators see of payments.

use std::sync::Arc;

use cloudapp_runtime::app::{App, Context, Module, StartError};
use cloudapp_runtime::asset;
use cloudapp_runtime::async_trait;
use cloudapp_runtime::auth::Player;
use cloudapp_runtime::clock::SystemClock;
use cloudapp_runtime::config::Environment;
use cloudapp_runtime::error::{AppError, AppResult};
use cloudapp_runtime::http::PageQuery;
use cloudapp_runtime::task::model::Period;
use cloudapp_runtime::task::{
    ConfigProblem, Deed, NoHooks, Rule, ScriptedVerifier, TaskKind, plain_rule,
};
use cloudapp_runtime::testing::Scratch;
use serde_json::{Value, json};

use super::world::{ACT, World, app, draft};
use crate::asset::world::{APP_ID, config, migrate};

/// Whoever knows the answer.
struct Quiz(i32);

#[async_trait]
impl TaskKind for Quiz {
    fn number(&self) -> i32 {
        self.0
    }

    fn name(&self) -> &'static str {
        "quiz"
    }

    fn titles(&self) -> [&'static str; 2] {
        ["Quiz", "答题"]
    }

    fn rule(&self, period: Period, config: &Value) -> Result<Rule, ConfigProblem> {
        plain_rule(period, config)
    }

    async fn verify(&self, _: &Context, _: &Player, deed: &Deed) -> AppResult<()> {
        match deed.goods_id.as_deref() {
            Some("42") => Ok(()),
            _ => Err(AppError::conflict("that is not the answer")),
        }
    }
}

async fn connect(app: &App, url: &str) -> Result<Context, StartError> {
    Context::connect_with_clock(app, config(url), Arc::new(SystemClock)).await
}

#[tokio::test]
async fn an_app_has_types_of_its_own() {
    let scratch = Scratch::create("sqlite:").await;
    let mut app = app(asset::NoHooks, NoHooks, &ScriptedVerifier::default());
    app.task_kind(Quiz(201));
    app.module(Module::new("more").task_kind(Quiz(202)));
    let ctx = connect(&app, scratch.url()).await.unwrap();
    migrate(&ctx).await;
    let tasks = ctx.tasks();
    let quiz = json!({ "reward_value": 3, "auto_claim": true });
    for task_type in [201, 202] {
        let draft = draft(0, task_type, 1, quiz.clone());
        let quiz = tasks.create(APP_ID, &draft).await.unwrap().id;
        let demo = cloudapp_runtime::app::Demo::default();
        let player = Player {
            user_id: demo.player(&ctx, "alice").await.unwrap(),
            app_id: APP_ID.to_owned(),
        };
        let guess = |answer: &str| Deed {
            goods_id: Some(answer.to_owned()),
            ..Deed::default()
        };
        let wrong = tasks.act(&player, quiz, &guess("7")).await.unwrap_err();
        assert_eq!(wrong.code().as_str(), "conflict");
        let right = tasks.act(&player, quiz, &guess("42")).await.unwrap();
        assert_eq!(right.paid.unwrap().reward_value, 3);
    }
    let misspelt = draft(0, 201, 1, json!({ "reward": 3 }));
    let refused = tasks.create(APP_ID, &misspelt).await.unwrap_err();
    assert!(refused.to_string().contains("config.reward"), "{refused}");
    ctx.close().await;
}

#[tokio::test]
async fn types_of_the_framework_cannot_be_taken() {
    let scratch = Scratch::create("sqlite:").await;
    for number in [4, 200] {
        let mut app = app(asset::NoHooks, NoHooks, &ScriptedVerifier::default());
        app.task_kind(Quiz(number));
        let error = connect(&app, scratch.url()).await.unwrap_err();
        assert!(error.to_string().contains("below 201"), "{error}");
    }
    let mut app = app(asset::NoHooks, NoHooks, &ScriptedVerifier::default());
    app.task_kind(Quiz(201)).task_kind(Quiz(201));
    let error = connect(&app, scratch.url()).await.unwrap_err();
    assert!(error.to_string().contains("two task types"), "{error}");
}

#[tokio::test]
async fn production_has_no_scripted_platform() {
    let scratch = Scratch::create("sqlite:").await;
    let mut config = config(scratch.url());
    config.environment = Environment::Production;
    let scripted = app(asset::NoHooks, NoHooks, &ScriptedVerifier::friendly());
    let connecting = Context::connect(&scripted, config.clone()).await;
    let error = connecting.unwrap_err().to_string();
    assert!(error.contains("scripted"), "{error}");
    // Without any, it starts, and whoever must ask the platform is refused.
    let mut none = App::new("tasks", "1.0.0");
    none.module(Module::new("asset").ledger(asset::NoHooks));
    none.module(Module::new("task").tasks(NoHooks));
    let ctx = Context::connect(&none, config).await.unwrap();
    migrate(&ctx).await;
    let follow = draft(0, 6, 3, json!({ "reward_value": 1 }));
    let follow = ctx.tasks().create(APP_ID, &follow).await.unwrap().id;
    let player = Player {
        user_id: ctx.next_id().await.unwrap(),
        app_id: APP_ID.to_owned(),
    };
    let refused = ctx.tasks().act(&player, follow, &Deed::default()).await;
    assert_eq!(refused.unwrap_err().code().as_str(), "internal");
    ctx.close().await;
}

#[tokio::test]
async fn payments_are_logged_where_that_is_on() {
    let on = |config: &mut cloudapp_runtime::config::Config| {
        config.task.log = true;
        config.task.events = false;
    };
    let world = World::start("sqlite:", asset::NoHooks, NoHooks, on).await;
    let alice = world.player("alice").await;
    let gift = world.task(1, 3, json!({ "reward_value": 5 })).await;
    world.act(&alice, gift).await.unwrap();
    let of = (Some(ACT), Some(alice.user_id));
    let page = PageQuery::default();
    let log = world.ctx.tasks().log(APP_ID, of, &page).await.unwrap();
    let [row] = log.items.as_slice() else {
        panic!("{log:?}");
    };
    assert_eq!((row.task_id, row.reward_type, row.reward_num), (gift, 1, 5));
    assert_eq!(row.log_title, "Free gift");
    assert!(world.events().await.is_empty());
    world.close().await;
}
