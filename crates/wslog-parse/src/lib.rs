//! One line of an nginx access log becomes something typed.
//!
//! [`LogFormat::compile`] turns the text of a
//! [`log_format`](https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format) into a plan,
//! a [`LineParser`] follows it, and an [`Entry`] borrows the line and answers in types. Nothing is
//! copied, no input makes it panic, and a line that could be read in two ways is never guessed.
//!
//! ```
//! use wslog_parse::{Formats, LogFormat, Protocol};
//!
//! let format = LogFormat::compile(r#"$remote_addr "$request" $status $request_time $http_sec_websocket_key"#)?;
//! let mut parser = Formats::from(format).parser();
//!
//! let line = br#"100.97.88.252 "GET /ws/ HTTP/1.0" 499 59.999 8+qDYeKJGFTWKB2ov4p5TA=="#;
//! if let Ok(entry) = parser.parse(line) {
//!     assert_eq!(entry.protocol(), Protocol::HTTP_10);
//!     assert_eq!(entry.status().map(|status| status.code()), Some(499));
//!     assert_eq!(entry.request_time().map(|time| time.0), Some(59_999));
//!     assert!(entry.websocket_key().is_some_and(|key| key.is_ok()));
//!     assert_eq!(entry.path(), Some(&b"/ws/"[..]));
//! }
//! if let Err(error) = parser.parse(b"100.97.88.252 GET / HTTP/1.0") {
//!     assert_eq!(error.to_string(), r#"expected " \"", found " GET / HTTP/1.0""#);
//! }
//! # Ok::<(), wslog_parse::FormatError>(())
//! ```
//!
//! [`nginx_conf`] finds the `log_format`s and `access_log`s of a whole configuration.
//! [`error_log`] reads the lines of the other log.
//!
//! The crate does no I/O, starts no thread and reads no clock.

mod detect;
mod entry;
mod error;
pub mod error_log;
mod escape;
mod formats;
mod gist;
mod json;
mod line;
mod literal;
mod log_format;
mod named;
pub mod nginx_conf;
mod outline;
mod plausible;
mod protocol;
mod request;
mod span;
mod status;
mod straight;
mod syntax;
mod time;
mod upstream;
mod variable;
mod websocket_key;
mod window;

pub use crate::detect::{BYTE_ORDER_MARK, Detection, HEAD_LINES, detect, head};
pub use crate::entry::{Entry, Upgrade};
pub use crate::error::{Ambiguity, FormatError, LineError, Mismatch};
pub use crate::escape::Escape;
pub use crate::formats::{Formats, LineParser};
pub use crate::gist::{Gist, Handshake, Visitor};
pub use crate::log_format::LogFormat;
pub use crate::named::NamedFormat;
pub use crate::outline::Line;
pub use crate::protocol::Protocol;
pub use crate::request::Request;
pub use crate::status::Status;
pub use crate::time::{Millis, Timestamp};
pub use crate::upstream::UpstreamList;
pub use crate::variable::{Variable, VariableSet};
pub use crate::websocket_key::{MalformedKey, WebSocketKey};
