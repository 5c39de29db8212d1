//! The platforms whose accounts players log in with.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::identity;
use crate::app::{BoxFuture, Context};
use crate::error::{AppError, AppResult};
use crate::types::Id;

/// Longest name that the platform `dev` takes, in characters: as long as the column of open ids.
pub const DEV_NAME_MAX_CHARS: usize = 128;

/// A mini-program platform that vouches for its accounts.
pub trait PlatformLogin: Send + Sync + 'static {
    /// The name in the field `platform` of the log-in request, at most 16 characters.
    fn name(&self) -> &'static str;

    /// Asks the platform whose account a log-in code stands for; the answer is the account's open
    /// id, at most 128 characters.
    ///
    /// # Errors
    /// `login_failed` when the platform refuses the code.
    fn open_id<'a>(
        &'a self,
        ctx: &'a Context,
        app_id: &'a str,
        code: &'a str,
    ) -> BoxFuture<'a, AppResult<String>>;
}

/// The platforms that an application knows, by name: `dev`, and those it adds with
/// `app.extension(Platforms::default().with(…))`.
#[derive(Clone)]
pub struct Platforms(BTreeMap<&'static str, Arc<dyn PlatformLogin>>);

impl Platforms {
    /// Adds a platform; one of the same name is replaced.
    #[must_use]
    pub fn with(mut self, platform: impl PlatformLogin) -> Self {
        self.0.insert(platform.name(), Arc::new(platform));
        self
    }

    /// Whose account a code stands for at the platform of this name.
    pub(super) async fn open_id(
        &self,
        ctx: &Context,
        platform: &str,
        app_id: &str,
        code: &str,
    ) -> AppResult<String> {
        let known = self
            .0
            .get(platform)
            .filter(|_| platform != DEV || dev_is_allowed(ctx));
        let Some(known) = known else {
            let names = self
                .0
                .keys()
                .filter(|name| **name != DEV || dev_is_allowed(ctx));
            let names = names.copied().collect::<Vec<_>>().join(", ");
            let names = if names.is_empty() { "none" } else { &names };
            return Err(AppError::param((
                format!("platform: not available here; there is: {names}"),
                format!("platform：此处不可用，可用的有：{names}"),
            )));
        };
        let open_id = known.open_id(ctx, app_id, code).await?;
        check_open_id(&open_id).map_err(AppError::param)?;
        Ok(open_id)
    }
}

impl Default for Platforms {
    fn default() -> Self {
        Self(BTreeMap::new()).with(Dev)
    }
}

impl fmt::Debug for Platforms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

const DEV: &str = "dev";

/// Logs in as anybody: the code is the name. Not for production, whatever the configuration says.
struct Dev;

impl PlatformLogin for Dev {
    fn name(&self) -> &'static str {
        DEV
    }

    fn open_id<'a>(
        &'a self,
        _: &'a Context,
        _: &'a str,
        code: &'a str,
    ) -> BoxFuture<'a, AppResult<String>> {
        Box::pin(async move { Ok(code.to_owned()) })
    }
}

/// The user of a name at the platform `dev`, for demo data.
pub(crate) async fn dev_player(ctx: &Context, app_id: &str, name: &str) -> AppResult<Id> {
    check_open_id(name).map_err(AppError::param)?;
    let (user_id, _) = identity::resolve(ctx, app_id, DEV, name).await?;
    Ok(user_id)
}

fn dev_is_allowed(ctx: &Context) -> bool {
    ctx.config().auth.dev_login && !ctx.config().environment.is_production()
}

/// What every database stores and compares alike: some ignore space at the end, some refuse NUL.
fn check_open_id(open_id: &str) -> Result<(), (&'static str, &'static str)> {
    if open_id.is_empty() {
        Err(("code: an empty name", "code：不能为空"))
    } else if open_id.chars().count() > DEV_NAME_MAX_CHARS {
        Err((
            "code: longer than 128 characters",
            "code：不能超过 128 个字符",
        ))
    } else if open_id.trim() != open_id {
        Err((
            "code: space at its beginning or end",
            "code：首尾不能有空格",
        ))
    } else if open_id.chars().any(char::is_control) {
        Err(("code: control characters", "code：不能包含控制字符"))
    } else {
        Ok(())
    }
}
