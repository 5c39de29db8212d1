//! Tasks, or missions: what players do in a campaign, and what they are paid for it, exactly once.
//!
//! ```text
//! Deed or Fact ─▶ one transaction: lock counters, look evidence up, decide, write, pay ─▶ Acted
//! ```
//!
//! A task is a rule: a trigger, a period, a way to count, a limit, rewards, evidence that counts
//! once. The 26 types of the original framework are such rules ([`rule_table`] shows them); an app
//! adds its own from 201 ([`TaskKind`]). `model` decides, without database or clock; everything
//! around it is I/O. Counters, evidence, journal and balance change in one transaction, and every
//! payment has a key of task, part, period and round: if paying fails, nothing is used up, and
//! whatever became of the counters, no round is paid twice.
//!
//! Limits are rounds in all types: of invitations, people = rounds × `satisfy_num`.
//!
//! | file | holds |
//! |---|---|
//! | `model` | the rules; pure |
//! | `kinds` | types, and how their `config_json` is read |
//! | `deed`, `verifier`, `whom` | what is said to have happened, and whether to believe it |
//! | `definition`, `engine` | a task; what the tasks of an app consist of |
//! | `unit`, `ready`, `store` | transactions; what they need; what is sent to the database |
//! | `count`, `pay`, `event` | one event or claim, its payment, what others are told |
//! | `tasks`, `report`, `swap` | what services call |
//! | `list`, `view`, `admin` | what players and operators see and do |
//! | `hooks` | the app's own rules |
//!
//! Who changes tasks and balances in one transaction of his own locks tasks first: apply a
//! [`Report`] before a `Grant`.

mod admin;
mod code;
mod count;
mod deed;
mod definition;
mod engine;
mod entity;
mod event;
mod hooks;
mod kinds;
mod list;
mod logged;
pub mod model;
mod pay;
mod ready;
mod report;
mod store;
mod swap;
mod tasks;
pub(crate) mod unit;
mod verifier;
mod view;
mod whom;

pub(crate) use engine::Engine;
pub(crate) use store::only_key;

pub use admin::TaskDraft;
pub use code::{TASK_CLOSED, TASK_DONE, TASK_NOT_READY, TASK_REFUSED, TASK_TODAY};
pub use deed::{Deed, Fact};
pub use definition::Task;
pub use entity::count::Model as CountRow;
pub use entity::evidence::Model as EvidenceRow;
pub use entity::info::Model as TaskRow;
pub use entity::log::Model as LogRow;
pub use event::{
    Statistic, TASK_JOINED, TASK_REWARD_DUE, TASK_REWARDED, TASK_SWAP, Told, statistics,
};
pub use hooks::{Hooks, NoHooks};
pub use kinds::{ConfigProblem, OWN_FROM, TaskKind, framework_rule, plain_rule, rule_table};
pub use list::{TaskFilter, TaskProgress};
pub use logged::LOGGED;
pub use model::{Reward, Rule};
pub use pay::Paid;
pub use report::Report;
pub use swap::Settled;
pub use tasks::{Acted, Tasks};
pub use verifier::{PlatformVerifier, ScriptedVerifier, Standing, Verifier};
pub use view::{NextStep, PartView, RewardView, Status, TaskView, Text};
