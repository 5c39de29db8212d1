//! Bans, rate limits and the limit of visitors, on the routes that the configuration names.
//!
//! Who is asking comes from the session, found with the handler's own extractor, which need not
//! look it up again; without a session, and for routes that are for everybody, it is the client's
//! address.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::Context;
use crate::auth::{Known, Operator, Player};
use crate::config::{GuardConfig, LimitBy};
use crate::error::{AppResult, ErrorCode};
use crate::guard::{Asker, Guard, network};
use crate::http::client_ip::ClientIp;
use crate::types::Id;

/// Stands for the subject where there is neither session nor address, as in tests in one process.
const NOBODY: &str = "nobody";

/// What the layer needs: shared by all requests.
#[derive(Clone)]
pub(super) struct Guarded {
    ctx: Context,
    rules: Arc<[Rule]>,
}

/// One section of the configuration.
struct Rule {
    kind: Kind,
    name: String,
    routes: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ban,
    Limit(LimitBy),
    Visitors,
}

impl Guarded {
    /// `None` when no route is guarded.
    pub(super) fn new(ctx: &Context) -> Option<Self> {
        let rules = rules(&ctx.config().guard);
        (!rules.is_empty()).then(|| Self {
            ctx: ctx.clone(),
            rules: rules.into(),
        })
    }
}

/// In the order in which they are asked: who is banned costs nobody anything.
fn rules(config: &GuardConfig) -> Vec<Rule> {
    let rule = |kind, name: &str, routes: &[String]| Rule {
        kind,
        name: name.to_owned(),
        routes: routes.to_vec(),
    };
    let bans = config.bans.iter();
    let bans = bans.map(|(name, ban)| rule(Kind::Ban, name, &ban.routes));
    let limits = config.limits.iter();
    let limits = limits.map(|(name, limit)| rule(Kind::Limit(limit.by), name, &limit.routes));
    let visitors = rule(Kind::Visitors, "", &config.visitors.routes);
    let all = bans.chain(limits).chain([visitors]);
    all.filter(|rule| !rule.routes.is_empty()).collect()
}

/// Whether a pattern of the configuration is about a route.
fn covers(pattern: &str, method: &Method, route: &str) -> bool {
    let path = match pattern.split_once(' ') {
        Some((wanted, path)) if wanted == method.as_str() => path,
        Some(_) => return false,
        None => pattern,
    };
    match path.strip_suffix('*') {
        Some(prefix) => route.starts_with(prefix),
        None => route == path,
    }
}

pub(super) async fn guard(
    State(guarded): State<Guarded>,
    request: Request,
    next: Next,
) -> Response {
    let Some(route) = request.extensions().get::<MatchedPath>().cloned() else {
        return next.run(request).await;
    };
    let (method, route) = (request.method().clone(), route.as_str());
    let applies = |rule: &&Rule| {
        let mut routes = rule.routes.iter();
        routes.any(|pattern| covers(pattern, &method, route))
    };
    let rules: Vec<&Rule> = guarded.rules.iter().filter(applies).collect();
    if rules.is_empty() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    match admit(&guarded.ctx, &rules, &mut parts, route).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(error) => error.into_response(),
    }
}

async fn admit(ctx: &Context, rules: &[&Rule], parts: &mut Parts, route: &str) -> AppResult<()> {
    let asker = ask_who(ctx, rules, parts, route).await?;
    for rule in rules {
        match rule.kind {
            Kind::Ban => ctx.guard().refuse_malice(&rule.name, &asker.asker).await?,
            Kind::Limit(by) => {
                let subject = subject(by, &asker.asker, route);
                let admission = ctx.guard().limit(&rule.name, &subject).await?;
                admission.require_as(Guard::code_of(by))?;
            }
            Kind::Visitors => {
                if let Some(user_id) = asker.player {
                    let app_id = &asker.asker.app_id;
                    ctx.guard().visit(app_id, user_id).await?.require()?;
                }
            }
        }
    }
    Ok(())
}

/// Who is asking, and whether he is a player.
#[derive(Default)]
struct Who {
    asker: Asker,
    player: Option<Id>,
}

async fn ask_who(ctx: &Context, rules: &[&Rule], parts: &mut Parts, route: &str) -> AppResult<Who> {
    let mut who = Who::default();
    let trusted = &ctx.config().http.trusted_proxies;
    who.asker.ip = ClientIp::of(&parts.extensions, &parts.headers, trusted).0;
    let is_for_all = |rule: &&Rule| {
        matches!(
            rule.kind,
            Kind::Limit(LimitBy::Ip) | Kind::Limit(LimitBy::Route)
        )
    };
    if rules.iter().all(is_for_all) {
        return Ok(who);
    }
    if route.starts_with("/client/") {
        if let Some(player) = found(Player::from_request_parts(parts, ctx).await)? {
            who.asker.app_id.clone_from(&player.app_id);
            who.asker.user = Some(player.user_id.to_string());
            who.player = Some(player.user_id);
            parts.extensions.insert(Known(player));
        }
    } else if route.starts_with("/admin/")
        && let Some(operator) = found(Operator::from_request_parts(parts, ctx).await)?
    {
        who.asker.app_id.clone_from(&operator.app_id);
        who.asker.user = Some(format!("operator:{}", operator.id));
        parts.extensions.insert(Known(operator));
    }
    Ok(who)
}

/// Without a living session there is nobody; the handler refuses him, if it wants a session.
fn found<T>(asked: AppResult<T>) -> AppResult<Option<T>> {
    match asked {
        Ok(person) => Ok(Some(person)),
        Err(error) if error.code() == ErrorCode::UNAUTHORIZED => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whose limit it is.
fn subject(by: LimitBy, asker: &Asker, route: &str) -> String {
    let ip = || {
        let ip = asker.ip.map(network);
        format!("ip:{}", ip.unwrap_or_else(|| NOBODY.to_owned()))
    };
    match (by, &asker.user) {
        (LimitBy::User, Some(user)) => format!("user:{}:{user}", asker.app_id),
        (LimitBy::Tenant, Some(_)) => format!("tenant:{}", asker.app_id),
        // A route can be longer than a key, and hold what a key does not; the patterns can't.
        (LimitBy::Route, _) => format!(
            "route:{}",
            crate::guard::record::fingerprint(&[route.as_bytes()])
        ),
        (LimitBy::User | LimitBy::Tenant | LimitBy::Ip, _) => ip(),
    }
}
