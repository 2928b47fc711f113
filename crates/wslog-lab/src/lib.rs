//! Real nginx processes on loopback, real requests through them, and the logs they write. For
//! tests only: nothing that ships depends on it.
//!
//! A [`Lab`] is a temporary folder, [`Config`] says how an nginx is configured, and [`Nginx`] is
//! one that runs. [`Backend`]s stand behind it, an [`Exchange`] is what a client does byte by
//! byte, and an [`AccessLog`] is waited for, line by line. Whoever sends a request knows the truth
//! about it, so that a log can be held against what really happened.
//!
//! ```no_run
//! use wslog_lab::{Backend, Config, Exchange, Lab, Otherwise, Request, accept, fresh_key};
//!
//! let backend = Backend::start(Otherwise::Status(426))?;
//! let lab = Lab::new()?;
//! let mut nginx = lab.nginx(
//!     "edge",
//!     &Config::new()
//!         .log_format("log_format short '$status $request_time $http_sec_websocket_key';")
//!         .server(&format!(
//!             "location / {{
//!                 proxy_pass http://{};
//!                 proxy_http_version 1.1;
//!                 proxy_set_header Upgrade $http_upgrade;
//!                 proxy_set_header Connection Upgrade;
//!             }}",
//!             backend.address(),
//!         )),
//! )?;
//!
//! let key = fresh_key();
//! let mut client = Exchange::open(nginx.address())?;
//! client.say(&Request::new("GET", "/ws/", "HTTP/1.1").websocket(&key).bytes())?;
//! let answer = client.head()?;
//! assert_eq!(answer.status(), Some(101));
//! assert_eq!(answer.header("Sec-WebSocket-Accept"), Some(accept(&key).as_bytes()));
//! client.leave();
//!
//! let lines = nginx.access_log("short").wait_for_lines(1)?;
//! assert!(lines[0].starts_with(b"101 ") && lines[0].ends_with(key.as_bytes()));
//! nginx.rotate()?;
//! nginx.stop()?;
//! # Ok::<(), wslog_lab::Error>(())
//! ```
//!
//! # Scenarios
//!
//! A [`scenario`] is a whole story with a name: load balancer's nodes, nginx behind nginx or beside
//! it, a backend, and clients. [`scenario::run`] plays one in a folder and leaves everything there:
//! what every hop logged, in [several formats](topology::StoppedHop::formats) at once; what the
//! clients sent and received, [captured](capture) on the wire; and what is [true](scenario::Truth)
//! about each [`Attempt`](client::Attempt). `cargo xtask lab` lists them, and plays one by hand.
//!
//! ```no_run
//! use std::path::Path;
//! use wslog_lab::scenario::{self, Scenario};
//!
//! let case: Scenario = "node-downgrades".parse()?;
//! let run = scenario::run(case, Path::new("/tmp/case"))?;
//! for attempt in &run.truth().attempts {
//!     println!("{} left as {} and got {:?}", attempt.key, attempt.protocol, attempt.status);
//!     for sighting in &attempt.sightings {
//!         println!("  {} received {}", sighting.hop, sighting.protocol);
//!     }
//! }
//! let logs = run.access_logs("upstreamlog_key");
//! # Ok::<(), wslog_lab::Error>(())
//! ```
//!
//! The truth has two sources. What a client sent and saw was recorded on its own socket, and in a
//! test is held against the capture. What a hop received is in its own words: it writes a log of
//! nothing but key, protocol and outcome for that. What the topology ought to do is nowhere taken
//! for truth.
//!
//! A story is told by addresses like those of the case, moved to 127.0.0.0/8: nodes at 127.97.x.y,
//! the edge at 127.0.21.11, the inner nginx at 127.0.20.11, clients at 127.10.0.x. Ports are free
//! ones, so that several runs do not meet. Timers are a second where the case has a minute; the
//! scenario `sixty-seconds` has the minute.
//!
//! # What it needs
//!
//! nginx is the one that the environment variable `NGINX` names, else `nginx` in `PATH`, else
//! `/usr/sbin/nginx`; where there is none, the error says how to install it. A scenario also
//! needs tcpdump, the right to capture on loopback, and Linux, where all of 127.0.0.0/8 is
//! loopback; the one called `chromium` needs a Chromium (`CHROMIUM` says which). Nothing here sleeps and hopes: every wait is for a condition that can be seen, and ends in an [`Error`] that tells
//! what nginx said if the condition does not come. Every process is a child of whoever started
//! it, gets its signals by its id, and ends with its [`Nginx`].

mod access_log;
mod address;
mod answer;
mod backend;
mod binary;
pub mod capture;
pub mod client;
mod config;
mod error;
mod error_log;
mod exchange;
mod folder;
mod handshake;
mod lab;
mod nginx;
mod request;
pub mod scenario;
mod tail;
mod tls;
pub mod topology;
mod wait;

pub use crate::access_log::AccessLog;
pub use crate::answer::Answer;
pub use crate::backend::{Backend, Conduct, Otherwise};
pub use crate::binary::Binary;
pub use crate::config::Config;
pub use crate::error::Error;
pub use crate::exchange::{Exchange, send};
pub use crate::handshake::{accept, fresh_key};
pub use crate::lab::Lab;
pub use crate::nginx::Nginx;
pub use crate::request::Request;
pub use crate::tail::Tail;
pub use crate::tls::client_hello;
pub use crate::wait::{PATIENCE, wait_until};
