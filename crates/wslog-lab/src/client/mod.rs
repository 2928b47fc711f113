//! Clients that ask for a WebSocket, and tell afterwards what they sent and saw.

mod attempt;
pub(crate) mod chromium;
mod http2;
mod recorder;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::PoisonError;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::runtime::Builder;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{client_async, tungstenite};

pub use attempt::{Attempt, Sighting};

use self::recorder::{Recorder, now};
use crate::error::Error;
use crate::request::Request;

/// Longer than any timer in the lab: a client that is still waiting then waits for ever.
const LIMIT: Duration = Duration::from_secs(90);

/// How long a client waits for the answer to its close frame.
const GOODBYE: Duration = Duration::from_secs(5);

/// What one client does.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Who it is.
    pub client: Client,
    /// The loopback address it comes from.
    pub from: IpAddr,
    /// Whom it connects to.
    pub to: SocketAddr,
    /// How long after the first one it comes.
    pub after: Duration,
    /// How long it stays.
    pub manner: Manner,
}

/// What sends the request.
#[derive(Clone, Debug)]
pub enum Client {
    /// tokio-tungstenite, which makes a handshake for this target as it does for everybody.
    Tungstenite(String),
    /// These bytes, and nothing that would mind what comes back.
    Bytes(Request),
    /// This request over HTTP/2, which has no use for a tunnel.
    Http2(Request),
}

impl Client {
    /// Its name.
    fn name(&self) -> &'static str {
        match self {
            Client::Tungstenite(_) => "tokio-tungstenite",
            Client::Bytes(_) => "bytes",
            Client::Http2(_) => "http2",
        }
    }
}

/// How a client ends its connection. After any answer but 101 it leaves at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// So long after the WebSocket was opened.
    Leaves(Duration),
    /// So long after it was asked for, opened or not.
    GivesUp(Duration),
    /// Not by itself.
    Stays,
}

/// All of them at once; what each did, in their order.
///
/// # Errors
/// [`Error::Io`] when there can be no runtime. What goes wrong for one client is part of its
/// [`Attempt`].
pub fn visit_all(visits: &[Visit]) -> Result<Vec<Attempt>, Error> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(Error::io("start the clients"))?;
    let (tasks, visits): (Vec<_>, Vec<_>) =
        visits.iter().map(|visit| (runtime.spawn(attempt(visit.clone())), visit)).unzip();
    let finished = visits.into_iter().zip(tasks).map(|(visit, task)| {
        // A client that panics has told why; here it is one that sent nothing.
        let lost = |error: tokio::task::JoinError| Attempt::lost(visit, error.to_string());
        runtime.block_on(task).unwrap_or_else(lost)
    });
    Ok(finished.collect())
}

async fn attempt(visit: Visit) -> Attempt {
    let mut attempt = Attempt::new(visit.client.name(), visit.to);
    sleep(visit.after).await;
    let stream = async {
        let socket = if visit.to.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.bind((visit.from, 0).into())?;
        let stream = socket.connect(visit.to).await?;
        stream.set_nodelay(true)?;
        Ok::<_, io::Error>((stream.local_addr()?, stream))
    };
    let (from, stream) = match stream.await {
        Ok(connected) => connected,
        Err(error) => {
            attempt.error = Some(format!("connect: {error}"));
            return attempt;
        }
    };
    attempt.from = Some(from);
    let (stream, record) = Recorder::new(stream);
    let talk = async {
        match &visit.client {
            Client::Tungstenite(target) => tungstenite(stream, target, visit.manner).await,
            Client::Bytes(request) => bytes(stream, request, visit.manner).await,
            Client::Http2(request) => http2::ask(stream, request).await,
        }
    };
    let patience = match visit.manner {
        Manner::GivesUp(after) => after,
        Manner::Leaves(_) | Manner::Stays => LIMIT,
    };
    let ended = timeout(patience, talk).await;
    attempt.ended_at = Some(now());
    attempt.error = match ended {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error),
        Err(_) if patience < LIMIT => Some(format!("gave up after {patience:?}")),
        Err(_) => Some(format!("still waiting after {patience:?}")),
    };
    let record = record.lock().unwrap_or_else(PoisonError::into_inner);
    match &visit.client {
        Client::Http2(request) => attempt.read_http2(request, &record),
        Client::Tungstenite(_) | Client::Bytes(_) => attempt.read(&record),
    }
    attempt
}

async fn tungstenite(stream: Recorder, target: &str, manner: Manner) -> Result<(), String> {
    let request = format!("ws://edge.example{target}").into_client_request();
    let mut request = request.map_err(|error| error.to_string())?;
    let agent = concat!("wslog-lab/", env!("CARGO_PKG_VERSION"));
    request.headers_mut().insert("User-Agent", tungstenite::http::HeaderValue::from_static(agent));
    let opened = client_async(request, stream).await;
    let (mut tunnel, _) = opened.map_err(|error| error.to_string())?;
    match manner {
        Manner::Leaves(after) => {
            sleep(after).await;
            tunnel.close(None).await.map_err(|error| error.to_string())?;
            timeout(GOODBYE, until_end(tunnel.get_mut()))
                .await
                .map_err(|_| "no answer to the close frame".to_owned())
        }
        Manner::Stays | Manner::GivesUp(_) => {
            until_end(tunnel.get_mut()).await;
            Ok(())
        }
    }
}

async fn bytes(mut stream: Recorder, request: &Request, manner: Manner) -> Result<(), String> {
    let sent = stream.write_all(&request.bytes()).await;
    sent.map_err(|error| format!("send: {error}"))?;
    let mut head = Vec::new();
    let mut block = [0; 4096];
    while !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        match stream.read(&mut block).await {
            Ok(0) => return Err("the server closed without a whole answer".to_owned()),
            Ok(read) => head.extend_from_slice(block.get(..read).unwrap_or_default()),
            Err(error) => return Err(format!("receive: {error}")),
        }
    }
    match manner {
        _ if !head.starts_with(b"HTTP/1.1 101") => {}
        Manner::Leaves(after) => sleep(after).await,
        Manner::Stays | Manner::GivesUp(_) => until_end(&mut stream).await,
    }
    Ok(())
}

/// Until the other side closes, one way or another.
async fn until_end(stream: &mut Recorder) {
    let mut block = [0; 4096];
    while matches!(stream.read(&mut block).await, Ok(1..)) {}
}
