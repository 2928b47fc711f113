//! What the developer tools told about one WebSocket.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;

use crate::capture::Connection;
use crate::client::Attempt;

/// A WebSocket as the browser saw it; the bytes are in the capture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Story {
    key: String,
    /// All in milliseconds since 1970.
    sent_at: Option<u64>,
    answered_at: Option<u64>,
    ended_at: Option<u64>,
    error: Option<String>,
}

/// One for each WebSocket, in the order in which they were asked for.
pub(super) fn stories(events: &[Value]) -> Vec<Story> {
    let is_first = |event: &&Value| event["method"] == "Network.webSocketCreated";
    let ids = events.iter().filter(is_first).map(|event| &event["params"]["requestId"]);
    ids.map(|id| story(events.iter().filter(|event| event["params"]["requestId"] == *id))).collect()
}

fn story<'e>(events: impl Iterator<Item = &'e Value>) -> Story {
    let mut story = Story::default();
    // Only the first event has the time of day; all have a time of their own clock.
    let mut start = None;
    for event in events {
        let parameters = &event["params"];
        let at = start.zip(parameters["timestamp"].as_f64()).map(|(start, now)| now - start);
        match event["method"].as_str().unwrap_or_default() {
            "Network.webSocketWillSendHandshakeRequest" => {
                let wall = parameters["wallTime"].as_f64();
                start = parameters["timestamp"].as_f64().zip(wall).map(|(now, wall)| now - wall);
                story.sent_at = wall.and_then(millis);
                story.key = key(&parameters["request"]["headers"]);
            }
            "Network.webSocketHandshakeResponseReceived" => {
                story.answered_at = at.and_then(millis);
            }
            "Network.webSocketFrameError" => {
                story.error = parameters["errorMessage"].as_str().map(str::to_owned);
            }
            "Network.webSocketClosed" => story.ended_at = at.and_then(millis),
            _ => {}
        }
    }
    story
}

fn key(headers: &Value) -> String {
    let headers = headers.as_object().into_iter().flatten();
    let mut keys = headers.filter(|(name, _)| name.eq_ignore_ascii_case("Sec-WebSocket-Key"));
    keys.next().and_then(|(_, value)| value.as_str()).unwrap_or_default().to_owned()
}

/// Seconds as milliseconds; a time before 1970 or past counting is none.
fn millis(seconds: f64) -> Option<u64> {
    let duration = Duration::try_from_secs_f64(seconds).ok()?;
    u64::try_from(duration.as_millis()).ok()
}

impl Story {
    /// Whether the browser got as far as to ask.
    pub(crate) fn has_asked(&self) -> bool {
        !self.key.is_empty()
    }

    /// The whole of it, with the bytes of the connection that carried its key; none when there
    /// should be one and is not.
    pub(crate) fn attempt(self, to: SocketAddr, connections: &[Connection]) -> Option<Attempt> {
        let mut attempt = Attempt::new("chromium", to);
        (attempt.sent_at, attempt.ended_at) = (self.sent_at, self.ended_at);
        attempt.error = self.error;
        if self.key.is_empty() {
            return Some(attempt);
        }
        let key = self.key.as_bytes();
        let carries = |connection: &&Connection| {
            connection.server == to && connection.sent.windows(key.len()).any(|bytes| bytes == key)
        };
        let connection = connections.iter().find(carries)?;
        attempt.from = Some(connection.client);
        attempt.read_heads(head(&connection.sent), head(&connection.received));
        // A refusal is an error to the developer tools, and not always an answer.
        attempt.answered_at = self.answered_at.or(attempt.status.and(self.ended_at));
        Some(attempt)
    }
}

/// Up to and with the first empty line.
fn head(bytes: &[u8]) -> &[u8] {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    end.and_then(|end| bytes.get(..end + 4)).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(name: &str, id: &str, more: &Value) -> Value {
        let mut event = json!({ "method": format!("Network.webSocket{name}"), "params": more });
        event["params"]["requestId"] = id.into();
        event
    }

    #[test]
    fn ok_events_of_several_websockets_are_told_apart() {
        let asks = json!({ "timestamp": 10.5, "wallTime": 1000.25,
            "request": { "headers": { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" } } });
        let fails = json!({ "timestamp": 10.75, "errorMessage": "net::ERR_NAME_NOT_RESOLVED" });
        let stories = stories(&[
            event("Created", "1", &json!({})),
            event("Created", "2", &json!({})),
            event("FrameError", "2", &fails),
            event("WillSendHandshakeRequest", "1", &asks),
            event("Closed", "2", &json!({ "timestamp": 10.75 })),
            event("HandshakeResponseReceived", "1", &json!({ "timestamp": 10.625 })),
            event("Closed", "1", &json!({ "timestamp": 11.5 })),
        ]);
        let opened = Story {
            key: "dGhlIHNhbXBsZSBub25jZQ==".to_owned(),
            sent_at: Some(1_000_250),
            answered_at: Some(1_000_375),
            ended_at: Some(1_001_250),
            error: None,
        };
        // It never asked, so there is no time of day.
        let error = Some("net::ERR_NAME_NOT_RESOLVED".to_owned());
        assert_eq!(stories, [opened, Story { error, ..Story::default() }]);
        assert!(stories[0].has_asked() && !stories[1].has_asked());
    }
}
