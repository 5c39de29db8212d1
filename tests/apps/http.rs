//! Requests to a running app, one after the other.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use tokio::runtime::Runtime;

const PATIENCE: Duration = Duration::from_secs(20);

/// Sends requests to one app.
pub(crate) struct Http {
    runtime: Runtime,
    client: Client,
    base: String,
}

/// What an app answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Method and path.
    pub(crate) what: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Http {
    /// For the app at a URL such as `http://127.0.0.1:8080`.
    pub(crate) fn new(base: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        // Beside the runtime's webhook, reqwest wants to know whose cryptography to use.
        let provider = rustls::crypto::ring::default_provider();
        provider.install_default().ok();
        // No connection is kept: an idle one would be in the way of tests that stop the app.
        let client = Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .timeout(PATIENCE);
        Self {
            runtime,
            client: client.build().unwrap(),
            base: base.to_owned(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, |request| request)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, |request| request.json(body))
    }

    /// Sends a request with what `prepare` adds to it; the app must answer.
    #[track_caller]
    pub(crate) fn send(
        &self,
        method: Method,
        path: &str,
        prepare: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Answer {
        let what = format!("{method} {path}");
        let request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .header("connection", "close");
        let answer = self.runtime.block_on(async {
            let response = prepare(request).send().await?;
            let status = response.status().as_u16();
            let headers = response.headers().clone();
            let text = response.text().await?;
            Ok::<_, reqwest::Error>((status, headers, text))
        });
        match answer {
            Ok((status, headers, text)) => Answer {
                what,
                status,
                headers,
                text,
            },
            Err(error) => panic!("{what}: no answer: {error:?}"),
        }
    }
}

impl Answer {
    /// A header's value; empty when it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// Reads from a connection until what was read ends so.
pub(crate) fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut read = Vec::new();
    let mut byte = [0];
    while !read.ends_with(end.as_bytes()) {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "it was closed early");
        read.push(byte[0]);
    }
    String::from_utf8(read).unwrap()
}

/// Opens a connection and sends the head of a POST request with JSON, but nothing of its body.
pub(crate) fn begin_post(address: SocketAddr, path: &str, length: usize) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// Reads the answer to a request that was sent by hand.
pub(crate) fn read_answer(what: &str, stream: &mut TcpStream) -> Answer {
    let head = read_until(stream, "\r\n\r\n");
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    Answer {
        what: what.to_owned(),
        status: status.parse().unwrap(),
        headers: headers
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect(),
        text,
    }
}
