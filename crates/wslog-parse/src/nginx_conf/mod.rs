//! nginx's configuration language, and what a configuration says about access logs.
//!
//! [`parse`] reads a configuration as nginx's own tokenizer does, byte by byte, into a tree of
//! [`Directive`]s; it also takes the output of `nginx -T`. [`Configuration::logging`] finds every
//! `log_format` and `access_log` in it.
//!
//! ```
//! use wslog_parse::nginx_conf::{self, File, Target};
//!
//! let text = br#"
//! http {
//!     include formats.conf;
//!     access_log /var/log/nginx/access.log upstreamlog;
//!     server { location = /health { access_log off; } }
//! }"#;
//! let load = |pattern: &str| match pattern {
//!     "/etc/nginx/formats.conf" => Ok(vec![File {
//!         name: pattern.into(),
//!         text: b"log_format upstreamlog '$remote_addr' ' $status';".to_vec(),
//!     }]),
//!     _ => Err("no such file"),
//! };
//! let configuration = nginx_conf::parse("/etc/nginx/nginx.conf", text, load)?;
//! let logging = configuration.logging();
//! assert!(logging.problems.is_empty());
//!
//! let log = &logging.access_logs[0];
//! assert_eq!(log.target, Target::File(b"/var/log/nginx/access.log".to_vec()));
//! assert_eq!(log.place.to_string(), "/etc/nginx/nginx.conf:4:5");
//! let format = logging.format(&log.format).and_then(|defined| defined.format.as_ref().ok());
//! assert!(format.is_some_and(|format| format.variables().eq(["remote_addr", "status"])));
//!
//! let error = nginx_conf::parse("nginx.conf", b"http {\n  gzip on\n}", load).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     r#"nginx.conf:3:1: unexpected "}": the directive "gzip" of line 2 has no ";""#,
//! );
//! # Ok::<(), nginx_conf::ConfError>(())
//! ```
//!
//! What is written is all that is judged: which directives there are, where they may stand and what their
//! arguments mean is nginx's matter, but for those that are about access logs. [`Configuration::refused`]
//! asks for the rest: whether nginx's own directives have as many arguments as they take, where they may
//! stand. Where nginx
//! has no limit, or a tighter one, this is more lenient: an argument may be longer than 4096 bytes,
//! a file that cannot be included is a problem beside the tree, and a `log_format` may stand
//! behind the `access_log` that names it.

mod collector;
mod directive;
mod dump;
mod error;
mod format;
mod grammar;
mod include;
mod logging;
mod lua;
mod place;
mod reader;
mod slashes;
mod word;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

pub use self::directive::{Argument, Body, Directive};
pub use self::error::ConfError;
pub(crate) use self::format::from_config;
pub use self::include::File;
pub use self::logging::{AccessLog, DefinedFormat, Logging, Target};
pub use self::place::Place;
pub use self::slashes::{SlashComment, slash_comments};

use self::dump::Dump;
use self::include::{Load, folder};
use self::reader::Reader;

/// Most blocks and included files that may stand in one another; nginx has no limit.
pub const MAX_DEPTH: usize = 256;
/// Most files that may be included, each counted as often as it is; nginx has no limit.
pub const MAX_FILES: usize = 65_536;
/// Most bytes that included files may have in all; nginx has no limit.
pub const MAX_LEN: usize = 64 << 20;

/// A configuration with its includes.
#[derive(Clone, Debug)]
pub struct Configuration {
    directives: Vec<Directive>,
    unread: Vec<ConfError>,
    texts: BTreeMap<Arc<str>, Box<[u8]>>,
}

impl Configuration {
    /// The directives at the top.
    pub fn directives(&self) -> &[Directive] {
        &self.directives
    }

    /// The includes that gave nothing to read, each with the reason.
    pub fn unread(&self) -> &[ConfError] {
        &self.unread
    }

    /// The text of a file that was read, which directives have their places in; one that is included
    /// several times was read once for this.
    pub fn text(&self, file: &str) -> Option<&[u8]> {
        self.texts.get(file).map(|text| &**text)
    }

    /// The names of the files that were read.
    pub fn files(&self) -> impl Iterator<Item = &Arc<str>> {
        self.texts.keys()
    }

    /// What nginx refuses although it can read it: a directive of its own that has another number of
    /// arguments than it takes, a block where none belongs or none where one does, or that may not stand
    /// where it does; and what no directive is called. Of a directive that is not nginx's own nothing is
    /// known. A file that is included elsewhere may be given alone: what stands at its top may stand
    /// anywhere.
    ///
    /// ```
    /// use wslog_parse::nginx_conf::{self, File};
    ///
    /// let text = b"server {\n    error_page 500 /50x.html\n    location /ws/ { }\n}\n";
    /// let load = |_: &str| Ok::<Vec<File>, String>(Vec::new());
    /// let refused = nginx_conf::parse("a.conf", text, load)?.refused();
    /// assert_eq!(
    ///     refused[0].to_string(),
    ///     r#"a.conf:3:5: unexpected "location": the directive "error_page" of line 2 has no ";""#,
    /// );
    /// # Ok::<(), nginx_conf::ConfError>(())
    /// ```
    pub fn refused(&self) -> Vec<ConfError> {
        grammar::refused(self)
    }

    /// What it says about access logs. The problems start with [`Configuration::unread`].
    pub fn logging(&self) -> Logging {
        collector::logging(self)
    }
}

/// Reads a configuration. `name` is the main file's, for places and as what a relative `include`
/// starts from; `load` gives the files that a pattern names, in the order of their names.
///
/// A text that is the output of `nginx -T` (with its messages in front or without) is taken apart
/// into its files. It names them itself, and holds what is included: `load` is not asked.
///
/// # Errors
/// [`ConfError`] at the first thing that nginx's tokenizer would refuse in a file, for a file that
/// includes itself, and beyond [`MAX_DEPTH`], [`MAX_FILES`] and [`MAX_LEN`].
pub fn parse<E: fmt::Display>(
    name: &str,
    text: &[u8],
    mut load: impl FnMut(&str) -> Result<Vec<File>, E>,
) -> Result<Configuration, ConfError> {
    match Dump::split(text) {
        Some(mut dump) => {
            let (name, text) = dump.main();
            read(name, text, &mut |pattern| dump.load(pattern))
        }
        None => read(name, text, &mut |pattern| load(pattern).map_err(|error| error.to_string())),
    }
}

fn read(name: &str, text: &[u8], load: &mut Load<'_>) -> Result<Configuration, ConfError> {
    let mut reader = Reader::new(folder(name), load);
    let directives = reader.read(&Arc::from(name), text)?;
    Ok(Configuration { directives, unread: reader.unread, texts: reader.texts })
}
