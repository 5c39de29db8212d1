//! The real thing: a socket, bytes on the wire, and stopping while there is work to do.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use cloudapp_runtime::config::ServerConfig;
use cloudapp_runtime::http::{self, ServeError};
use cloudapp_runtime::testing::TestApp;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::fixture;
use super::wire::{Server, read_to_end};

const SLOW: &[u8] = b"GET /mischief?how=sleep&ms=700 HTTP/1.1\r\nhost: x\r\n\r\n";
const LIVE: &[u8] = b"GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

/// Long enough for a request just sent to have reached its handler.
const SHORTLY: Duration = Duration::from_millis(200);

#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_server_ends() {
    let app = TestApp::start(fixture::app()).await;
    let mut server = Server::start(app.router(), 10).await;
    assert!(server.exchange(LIVE).await.starts_with("HTTP/1.1 200 OK"));
    let mut busy = server.connect().await;
    let mut idle = server.connect().await;
    busy.write_all(SLOW).await.unwrap();
    sleep(SHORTLY).await;
    server.stop();
    sleep(SHORTLY).await;
    assert!(
        TcpStream::connect(server.address).await.is_err(),
        "new connections are refused"
    );
    let answer = read_to_end(&mut busy).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK") && answer.contains("slept"),
        "{answer}"
    );
    assert_eq!(
        read_to_end(&mut idle).await,
        "",
        "an idle connection is closed"
    );
    assert!(server.ended().await);
}

#[tokio::test]
async fn a_request_that_does_not_end_in_time_is_cut_off() {
    let app = TestApp::start(fixture::app()).await;
    let mut server = Server::start(app.router(), 1).await;
    let mut endless = server.connect().await;
    let request = b"GET /mischief?how=sleep&ms=29000 HTTP/1.1\r\nhost: x\r\n\r\n";
    endless.write_all(request).await.unwrap();
    sleep(SHORTLY).await;
    let before = Instant::now();
    server.stop();
    assert!(!server.ended().await, "the request must not count as ended");
    assert!(before.elapsed() < Duration::from_secs(5));
    assert_eq!(read_to_end(&mut endless).await, "");
}

#[tokio::test]
async fn sigterm_means_stop() {
    let waiting = tokio::spawn(http::shutdown_signal());
    sleep(SHORTLY).await;
    assert!(!waiting.is_finished());
    let id = std::process::id().to_string();
    assert!(
        std::process::Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    tokio::time::timeout(Duration::from_secs(5), waiting)
        .await
        .expect("no reaction")
        .unwrap();
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let app = TestApp::start(fixture::app()).await;
    let server = Server::start(app.router(), 1).await;
    let mut stream = server.connect().await;
    let keep = b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n";
    stream
        .write_all(&[keep.as_slice(), keep, LIVE].concat())
        .await
        .unwrap();
    assert_eq!(
        read_to_end(&mut stream)
            .await
            .matches("HTTP/1.1 200 OK")
            .count(),
        3
    );
}

#[tokio::test]
async fn the_peer_is_known() {
    let app = TestApp::start(fixture::app()).await;
    let server = Server::start(app.router(), 1).await;
    let request = b"GET /whence HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert!(
        server
            .exchange(request)
            .await
            .contains(r#""data":"127.0.0.1""#)
    );
}

#[tokio::test]
async fn who_sends_too_much_reads_why_and_not_a_reset() {
    let app = TestApp::start(fixture::app()).await;
    let server = Server::start(app.router(), 1).await;
    let megabytes = vec![b' '; 8 * 1024 * 1024];
    let head = |path: &str, framing: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             content-type: application/json\r\n{framing}\r\n\r\n"
        )
    };
    let length = format!("content-length: {}", megabytes.len());
    let mut chunked = format!("{:x}\r\n", megabytes.len()).into_bytes();
    chunked.extend_from_slice(&megabytes);
    chunked.extend_from_slice(b"\r\n0\r\n\r\n");
    for (path, framing, body, status, code) in [
        (
            "/client/login",
            length.as_str(),
            &megabytes,
            "413",
            "payload_too_large",
        ),
        (
            "/client/login",
            "transfer-encoding: chunked",
            &chunked,
            "413",
            "payload_too_large",
        ),
        ("/client/things", &length, &megabytes, "401", "unauthorized"),
        ("/no/such/route", &length, &megabytes, "404", "not_found"),
        ("/deaf", &length, &megabytes, "200", ""),
    ] {
        let mut stream = server.connect().await;
        stream
            .write_all(head(path, framing).as_bytes())
            .await
            .unwrap();
        stream.write_all(body).await.unwrap();
        let answer = read_to_end(&mut stream).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{path}: {answer}"
        );
        assert!(
            answer.contains(&format!(r#""error_code":"{code}""#)),
            "{path}: {answer}"
        );
    }
}

#[tokio::test]
async fn who_asks_before_sending_is_not_made_to_send() {
    let app = TestApp::start(fixture::app()).await;
    let server = Server::start(app.router(), 1).await;
    let request = b"POST /client/things HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n\
        content-type: application/json\r\ncontent-length: 1000000\r\n\r\n";
    let before = Instant::now();
    let answer = server.exchange(request).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(before.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_body_that_never_comes_is_given_up() {
    let app = TestApp::setup(fixture::app())
        .config(|config| config.server.request_timeout_s = 1)
        .start()
        .await;
    let server = Server::start(app.router(), 1).await;
    let request = b"POST /client/login HTTP/1.1\r\nhost: x\r\n\
        content-type: application/json\r\ncontent-length: 1000\r\n\r\n{";
    let before = Instant::now();
    let answer = server.exchange(request).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains(r#""error_code":"timeout""#), "{answer}");
    assert!(before.elapsed() < Duration::from_secs(8));
}

#[tokio::test]
async fn nonsense_on_the_wire_does_no_harm() {
    let app = TestApp::start(fixture::app()).await;
    let server = Server::start(app.router(), 1).await;
    for nonsense in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\r\n",
        b"POST /deaf HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /deaf HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\
            transfer-encoding: chunked\r\n\r\nzzz\r\n",
    ] {
        let mut stream = server.connect().await;
        stream.write_all(nonsense).await.unwrap();
        stream.shutdown().await.unwrap();
        read_to_end(&mut stream).await;
    }
    assert!(server.exchange(LIVE).await.starts_with("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn a_port_that_cannot_be_had_is_named_with_the_way_out() {
    let taken = http::bind(&ServerConfig {
        port: 0,
        ..ServerConfig::default()
    })
    .await
    .unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = http::bind(&ServerConfig {
        port,
        ..ServerConfig::default()
    })
    .await
    .unwrap_err();
    assert!(matches!(error, ServeError::PortInUse(_)));
    let message = error.to_string();
    assert!(
        message.starts_with(&format!("port {port} on 127.0.0.1 is in use")),
        "{message}"
    );
    assert!(message.contains("--port") && message.contains("CLOUDAPP__SERVER__PORT"));

    let elsewhere = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
    let config = ServerConfig {
        host: elsewhere,
        port: 0,
        ..ServerConfig::default()
    };
    let message = http::bind(&config).await.unwrap_err().to_string();
    assert!(message.contains("203.0.113.7") && message.contains("CLOUDAPP__SERVER__HOST"));
}
