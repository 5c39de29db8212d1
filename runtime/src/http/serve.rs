//! The socket: accepting connections until told to stop, and letting running requests end.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::config::ServerConfig;

/// How long a connection may take to send the head of its next request, and so how long it may be
/// idle. A little more than the minute after which reverse proxies drop idle connections
/// themselves: whoever closes first risks that the other is just sending.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(65);

/// Pause after a failed accept; out of file descriptors, trying at once would only burn the
/// processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another process listens there.
    #[error(
        "port {} on {} is in use by another program; stop it, or choose another port with --port \
         or CLOUDAPP__SERVER__PORT",
        .0.port(), .0.ip()
    )]
    PortInUse(SocketAddr),
    /// The operating system keeps this port for others.
    #[error(
        "port {} may not be used by this account; choose one above 1023 with --port or \
         CLOUDAPP__SERVER__PORT",
        .0.port()
    )]
    PortNotAllowed(SocketAddr),
    /// The address is not one of this machine's.
    #[error(
        "{} is not an address of this machine; set server.host or CLOUDAPP__SERVER__HOST, e.g. to \
         127.0.0.1 or 0.0.0.0",
        .0.ip()
    )]
    NoSuchAddress(SocketAddr),
    /// Anything else.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where it was tried.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Opens the listening socket that the configuration names.
///
/// # Errors
/// See [`ServeError`]; the message says what to do.
pub async fn bind(config: &ServerConfig) -> Result<TcpListener, ServeError> {
    let address = SocketAddr::new(config.host, config.port);
    TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => ServeError::PortInUse(address),
            io::ErrorKind::PermissionDenied => ServeError::PortNotAllowed(address),
            io::ErrorKind::AddrNotAvailable => ServeError::NoSuchAddress(address),
            _ => ServeError::Listen { address, source },
        })
}

/// Serves until `shutdown` is ready, then takes no new connection and waits up to
/// `server.shutdown_grace_s` for the requests being handled.
///
/// Returns whether all of them ended in time; the others were cut off.
pub async fn serve(
    router: Router,
    listener: TcpListener,
    config: &ServerConfig,
    shutdown: impl Future<Output = ()>,
) -> bool {
    let mut protocol = http1::Builder::new();
    protocol
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_TIMEOUT);
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((stream, peer)) => {
                let service = TowerToHyperService::new(service(router.clone(), peer));
                let connection = protocol.serve_connection(TokioIo::new(tuned(stream)), service);
                let watched = graceful.watch(connection);
                connections.spawn(async move {
                    if let Err(error) = watched.await {
                        tracing::debug!(%peer, %error, "connection ended early");
                    }
                });
            }
            Err(error) if is_about_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    tracing::info!(connections = connections.len(), "shutting down");
    let ended = tokio::time::timeout(config.shutdown_grace(), graceful.shutdown())
        .await
        .is_ok();
    if !ended {
        tracing::warn!(
            connections = connections.len(),
            grace_s = config.shutdown_grace_s,
            "requests did not end within the grace period and are cut off"
        );
        connections.shutdown().await;
    }
    ended
}

/// Ready when the process is asked to stop, by SIGTERM or Ctrl-C.
pub async fn shutdown_signal() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot listen for Ctrl-C");
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate() => {}
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(error) => {
            tracing::error!(%error, "cannot listen for SIGTERM");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending::<()>().await;
}

/// The router for one connection: each request knows its peer.
fn service(
    router: Router,
    peer: SocketAddr,
) -> impl tower::Service<
    Request<Incoming>,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future: Send,
> + Clone {
    router.map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    })
}

fn tuned(stream: TcpStream) -> TcpStream {
    // Answers are written whole; waiting for more to send would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    stream
}

/// The peer gave up while it was waiting; the next one may be fine.
fn is_about_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
