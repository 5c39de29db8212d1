//! What only the platform knows: who follows the shop, who is a member, and his member points.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::app::Context;
use crate::auth::Player;
use crate::error::{AppError, AppResult};
use crate::types::{DateTime, Id, Utc};

/// Whether a player follows the shop, or is a member of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// He is not.
    #[default]
    No,
    /// He is; the platform does not say since when.
    Yes,
    /// He is, since then.
    Since(DateTime<Utc>),
}

/// Asks the platform. The app gives it to the tasks by `app.extension(Verifier::new(…))`.
#[async_trait]
pub trait PlatformVerifier: Send + Sync + 'static {
    /// Whether the player follows the shop.
    ///
    /// # Errors
    /// The platform cannot be asked.
    async fn follows(&self, ctx: &Context, player: &Player) -> AppResult<Standing>;

    /// Whether the player is a member of the shop.
    ///
    /// # Errors
    /// The platform cannot be asked.
    async fn is_member(&self, ctx: &Context, player: &Player) -> AppResult<Standing>;

    /// Takes member points from a player, once for each key, and says whether it did: `false` when
    /// the platform refuses, for good. The key is to be handed on to the platform; where it takes
    /// none, look first whether it was used.
    ///
    /// # Errors
    /// Whether they were taken is not known. It is asked again with the same key.
    async fn take_points(
        &self,
        ctx: &Context,
        player: &Player,
        points: i64,
        key: &str,
    ) -> AppResult<bool>;

    /// Whether it only pretends; such a one is refused in production.
    fn is_scripted(&self) -> bool {
        false
    }
}

/// The app's [`PlatformVerifier`].
#[derive(Clone)]
pub struct Verifier(pub(super) Arc<dyn PlatformVerifier>);

impl Verifier {
    /// Asks this one.
    #[must_use]
    pub fn new(verifier: impl PlatformVerifier) -> Self {
        Self(Arc::new(verifier))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Verifier");
        text.field("is_scripted", &self.0.is_scripted()).finish()
    }
}

/// A platform that knows what it was told, for development and tests. Clones share what they know.
#[derive(Clone, Debug, Default)]
pub struct ScriptedVerifier(Arc<Mutex<Script>>);

#[derive(Debug, Default)]
struct Script {
    followers: HashMap<(String, Id), Standing>,
    members: HashMap<(String, Id), Standing>,
    points: HashMap<(String, Id), i64>,
    /// What became of each key.
    taken: HashMap<String, bool>,
    failures: usize,
    others: Standing,
}

impl ScriptedVerifier {
    /// Everybody of whom nothing else is told follows, and is a member; nobody has points.
    #[must_use]
    pub fn friendly() -> Self {
        let scripted = Self::default();
        scripted.script().others = Standing::Yes;
        scripted
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says whether a player follows.
    pub fn set_follower(&self, player: &Player, standing: Standing) {
        self.script().followers.insert(name(player), standing);
    }

    /// Says whether a player is a member.
    pub fn set_member(&self, player: &Player, standing: Standing) {
        self.script().members.insert(name(player), standing);
    }

    /// Gives a player member points.
    pub fn set_points(&self, player: &Player, points: i64) {
        self.script().points.insert(name(player), points);
    }

    /// A player's member points.
    #[must_use]
    pub fn points(&self, player: &Player) -> i64 {
        let script = self.script();
        script.points.get(&name(player)).copied().unwrap_or(0)
    }

    /// Takes the points of the next calls, but fails to say so.
    pub fn fail_after_taking(&self, times: usize) {
        self.script().failures = times;
    }
}

fn name(player: &Player) -> (String, Id) {
    (player.app_id.clone(), player.user_id)
}

#[async_trait]
impl PlatformVerifier for ScriptedVerifier {
    async fn follows(&self, _: &Context, player: &Player) -> AppResult<Standing> {
        let script = self.script();
        let known = script.followers.get(&name(player));
        Ok(known.copied().unwrap_or(script.others))
    }

    async fn is_member(&self, _: &Context, player: &Player) -> AppResult<Standing> {
        let script = self.script();
        let known = script.members.get(&name(player));
        Ok(known.copied().unwrap_or(script.others))
    }

    async fn take_points(
        &self,
        _: &Context,
        player: &Player,
        points: i64,
        key: &str,
    ) -> AppResult<bool> {
        let mut script = self.script();
        let is_taken = match script.taken.get(key) {
            Some(earlier) => *earlier,
            None => {
                let left = script.points.entry(name(player)).or_default();
                let suffices = *left >= points;
                if suffices {
                    *left -= points;
                }
                script.taken.insert(key.to_owned(), suffices);
                suffices
            }
        };
        if script.failures > 0 {
            script.failures -= 1;
            return Err(AppError::internal(
                "the platform does not answer, as scripted",
            ));
        }
        Ok(is_taken)
    }

    fn is_scripted(&self) -> bool {
        true
    }
}
