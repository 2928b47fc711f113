//! Chromium's developer tools, spoken to over a WebSocket
//! ([protocol](https://chromedevtools.github.io/devtools-protocol/)).

use std::io;
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::client;
use tokio_tungstenite::tungstenite::{Message, WebSocket};

use crate::error::Error;
use crate::wait::PATIENCE;

/// A connection to a browser.
#[derive(Debug)]
pub(super) struct DevTools {
    socket: WebSocket<TcpStream>,
    /// The page that is spoken to, once there is one.
    session: Option<String>,
    last_id: u64,
    events: Vec<Value>,
}

impl DevTools {
    pub(super) fn connect(to: SocketAddr, path: &str) -> Result<DevTools, Error> {
        let stream = TcpStream::connect(to)
            .and_then(|stream| stream.set_read_timeout(Some(PATIENCE)).map(|()| stream))
            .map_err(failure("connect"))?;
        let connected = client(format!("ws://{to}{path}"), stream);
        let (socket, _) = connected.map_err(io::Error::other).map_err(failure("connect"))?;
        Ok(DevTools { socket, session: None, last_id: 0, events: Vec::new() })
    }

    /// Has what follows concern the page that is open.
    pub(super) fn attach_to_page(&mut self) -> Result<(), Error> {
        let targets = self.call("Target.getTargets", &json!({}))?;
        let targets = targets["targetInfos"].as_array();
        let page = targets.into_iter().flatten().find(|target| target["type"] == "page");
        let page = page.map(|page| page["targetId"].clone()).unwrap_or_default();
        let attach = json!({ "targetId": page, "flatten": true });
        let attached = self.call("Target.attachToTarget", &attach)?;
        self.session = attached["sessionId"].as_str().map(str::to_owned);
        Ok(())
    }

    /// Calls a method and waits for its result.
    pub(super) fn call(&mut self, method: &str, parameters: &Value) -> Result<Value, Error> {
        self.last_id += 1;
        let id = self.last_id;
        let mut call = json!({ "id": id, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            call["sessionId"] = session.clone().into();
        }
        let sent = self.socket.send(Message::text(call.to_string()));
        sent.map_err(io::Error::other).map_err(failure(method))?;
        loop {
            let mut message = self.receive(method)?;
            if message["id"] == id {
                let is_wrong =
                    !message["error"].is_null() || !message["result"]["exceptionDetails"].is_null();
                return match is_wrong {
                    true => Err(failure(method)(io::Error::other(message.to_string()))),
                    false => Ok(message["result"].take()),
                };
            }
            self.events.push(message);
        }
    }

    /// Waits for an event, unless it came already.
    pub(super) fn wait_for(&mut self, event: &str) -> Result<(), Error> {
        while !self.events.iter().any(|message| message["method"] == event) {
            let message = self.receive(event)?;
            self.events.push(message);
        }
        Ok(())
    }

    /// All that was told about WebSockets.
    pub(super) fn into_events(self) -> Vec<Value> {
        let is_about = |event: &Value| {
            event["method"].as_str().is_some_and(|name| name.starts_with("Network.webSocket"))
        };
        self.events.into_iter().filter(is_about).collect()
    }

    fn receive(&mut self, what: &str) -> Result<Value, Error> {
        loop {
            let message = self.socket.read().map_err(io::Error::other).map_err(failure(what))?;
            if let Message::Text(text) = message {
                let value = serde_json::from_str(&text).map_err(io::Error::from);
                return value.map_err(failure(what));
            }
        }
    }
}

fn failure(what: &str) -> impl FnOnce(io::Error) -> Error {
    Error::io(format!("have Chromium do {what}"))
}
