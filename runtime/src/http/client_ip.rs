//! Where a request comes from.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use crate::app::Context;
use crate::config::IpRange;

/// The address of the client; `None` when there is no connection (in-process tests).
///
/// Behind proxies it is the last address of `x-forwarded-for` that is not one of
/// `http.trusted_proxies`: everything before it could be made up by the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientIp(pub Option<IpAddr>);

impl ClientIp {
    /// The client's address by the peer of the connection and the header.
    #[must_use]
    pub fn resolve(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpRange]) -> Self {
        let peer = peer.map(|ip| ip.to_canonical());
        let is_trusted = |ip: &IpAddr| trusted.iter().any(|range| range.contains(*ip));
        if !peer.as_ref().is_some_and(is_trusted) {
            return Self(peer);
        }
        let mut client = peer;
        let lists = headers
            .get_all("x-forwarded-for")
            .iter()
            .collect::<Vec<_>>();
        let hops = lists
            .iter()
            .rev()
            .flat_map(|list| list.to_str().unwrap_or_default().rsplit(',').map(str::trim));
        for hop in hops {
            // An unreadable entry ends the chain that the proxies vouch for.
            let Some(ip) = parse(hop) else { break };
            client = Some(ip);
            if !is_trusted(&ip) {
                break;
            }
        }
        Self(client)
    }

    /// The client's address of a request.
    pub(super) fn of(
        extensions: &axum::http::Extensions,
        headers: &HeaderMap,
        trusted: &[IpRange],
    ) -> Self {
        let peer = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip());
        Self::resolve(peer, headers, trusted)
    }
}

impl FromRequestParts<Context> for ClientIp {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self, Infallible> {
        Ok(Self::of(
            &parts.extensions,
            &parts.headers,
            &ctx.config().http.trusted_proxies,
        ))
    }
}

/// An address, with or without port, as proxies write it.
fn parse(text: &str) -> Option<IpAddr> {
    let inner = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let bare = inner.unwrap_or(text);
    let ip = bare
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()))
        .ok()?;
    Some(ip.to_canonical())
}
