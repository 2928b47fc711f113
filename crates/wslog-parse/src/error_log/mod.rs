//! One line of nginx's [error log](https://nginx.org/en/docs/ngx_core_module.html#error_log)
//! becomes something typed.
//!
//! The format is fixed: `ngx_log_error_core` (`src/core/ngx_log.c`) writes
//! `2018/03/09 17:06:07 [error] 12#34: *56 message (110: text of the system)`, and
//! `ngx_http_log_error` with `ngx_http_log_error_handler` (`src/http/ngx_http_request.c`) put
//! ` while …, client: …, server: …, request: "…", …` behind it.
//!
//! Nothing in it is escaped, so what a client sends may look like fields. A line that can be read
//! in two ways is [`ErrorLineError::Ambiguous`].

mod context;
mod entry;
mod event;
mod head;

pub use context::Context;
pub use entry::{ErrorEntry, ErrorLineError, looks_like_error_log};
pub use event::{Activity, ErrorEvent};
pub use head::{Level, LocalSecond};
