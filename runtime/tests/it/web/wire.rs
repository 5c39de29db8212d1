//! A real server on a free port, and a client that writes HTTP by hand, so that nothing is tidied
//! up on the way.

use std::net::SocketAddr;
use std::time::Duration;

use cloudapp_runtime::config::ServerConfig;
use cloudapp_runtime::http;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Nothing in these tests takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<bool>,
}

impl Server {
    pub(crate) async fn start(router: axum::Router, grace_s: u64) -> Self {
        let config = ServerConfig {
            port: 0,
            shutdown_grace_s: grace_s,
            ..ServerConfig::default()
        };
        let listener = http::bind(&config).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(async move {
            http::serve(router, listener, &config, async {
                stopped.await.unwrap_or(())
            })
            .await
        });
        Self {
            address,
            stop: Some(stop),
            running,
        }
    }

    /// Tells the server to stop, without waiting.
    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// Whether all requests ended in time.
    pub(crate) async fn ended(self) -> bool {
        timeout(PATIENCE, self.running)
            .await
            .expect("the server does not end")
            .unwrap()
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends one request on a connection of its own and reads until the server closes it.
    pub(crate) async fn exchange(&self, request: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request).await.unwrap();
        read_to_end(&mut stream).await
    }
}

/// All that comes until the other side closes.
pub(crate) async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("no end of the answer")
        .unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
