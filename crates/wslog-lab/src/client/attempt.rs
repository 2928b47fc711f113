//! What is true about one opening handshake.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::Visit;
use super::recorder::Record;
use crate::answer::Answer;
use crate::request::Request;

/// What one client sent and saw, and where it was seen on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The client's name.
    pub client: String,
    /// The client's end of the connection; none when there was no connection.
    pub from: Option<SocketAddr>,
    /// The other end.
    pub to: SocketAddr,
    /// The Sec-WebSocket-Key it sent, empty when it sent none.
    pub key: String,
    /// The protocol it sent.
    pub protocol: String,
    /// The head it sent, byte for byte; over HTTP/2 what HTTP/1 would have for it.
    #[serde(with = "latin1")]
    pub sent_head: Vec<u8>,
    /// The status it saw.
    pub status: Option<u16>,
    /// The head it received, byte for byte.
    #[serde(with = "latin1")]
    pub received_head: Vec<u8>,
    /// When the first byte of the request was sent, in milliseconds since 1970, as nginx has
    /// them in `$msec`.
    pub sent_at: Option<u64>,
    /// When the last byte of the answer's head had come.
    pub answered_at: Option<u64>,
    /// When the connection had ended for the client.
    pub ended_at: Option<u64>,
    /// What the client complained about.
    pub error: Option<String>,
    /// The same key in the hops' own words, the outermost hop first. Not what the topology should
    /// do to it: what each nginx says it got.
    pub sightings: Vec<Sighting>,
}

/// What one nginx logged of one attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The hop's name.
    pub hop: String,
    /// Who connected to it.
    pub remote_addr: String,
    /// The protocol it received.
    pub protocol: String,
    /// The `Upgrade` it received.
    pub upgrade: Option<String>,
    /// The status it logged.
    pub status: u16,
    /// The statuses of those it asked, as it logs them.
    pub upstream_status: String,
    /// When it logged, in milliseconds since 1970.
    pub logged_at: u64,
    /// How long the request took it, in milliseconds.
    pub request_time: u64,
}

impl Attempt {
    pub(crate) fn new(client: &str, to: SocketAddr) -> Attempt {
        Attempt {
            client: client.to_owned(),
            from: None,
            to,
            key: String::new(),
            protocol: String::new(),
            sent_head: Vec::new(),
            status: None,
            received_head: Vec::new(),
            sent_at: None,
            answered_at: None,
            ended_at: None,
            error: None,
            sightings: Vec::new(),
        }
    }

    pub(crate) fn lost(visit: &Visit, error: String) -> Attempt {
        Attempt { error: Some(error), ..Attempt::new(visit.client.name(), visit.to) }
    }

    /// The target of its request.
    pub fn target(&self) -> String {
        let target = self.sent_head.split(|&byte| byte == b' ').nth(1).unwrap_or_default();
        String::from_utf8_lossy(target).into_owned()
    }

    /// Takes over what was recorded on the wire.
    pub(crate) fn read(&mut self, record: &Record) {
        self.sent_at = record.sent.began_at;
        self.answered_at = record.received.ended_at;
        self.read_heads(&record.sent.bytes, &record.received.bytes);
    }

    /// Takes over what was asked over HTTP/2, and when: there the wire has no heads. The answer is in
    /// the words of the hop alone.
    pub(crate) fn read_http2(&mut self, request: &Request, record: &Record) {
        self.sent_at = record.sent.began_at;
        self.read_heads(&request.bytes(), b"");
    }

    /// Takes over both heads.
    pub(crate) fn read_heads(&mut self, sent: &[u8], received: &[u8]) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        // Below the first line the head of a request is like that of an answer.
        let request = Answer::new(sent.to_vec());
        self.key = request.header("Sec-WebSocket-Key").map(text).unwrap_or_default();
        let line = sent.split(|&byte| byte == b'\r').next().unwrap_or_default();
        self.protocol = line.rsplit(|&byte| byte == b' ').next().map(text).unwrap_or_default();
        self.status = Answer::new(received.to_vec()).status();
        (self.sent_head, self.received_head) = (sent.to_vec(), received.to_vec());
    }
}

/// A head in a JSON string: each character is a byte (ISO 8859-1), so no byte is lost and the text
/// can be read.
mod latin1 {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        bytes.iter().copied().map(char::from).collect::<String>().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = text.chars().map(u8::try_from).collect::<Result<_, _>>();
        bytes.map_err(|_| D::Error::custom("a character that is no byte"))
    }
}
