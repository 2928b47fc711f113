//! What a configuration says about access logs
//! ([ngx_http_log_module](https://nginx.org/en/docs/http/ngx_http_log_module.html)).

use super::error::ConfError;
use super::place::Place;
use crate::escape::Escape;
use crate::log_format::LogFormat;

/// The formats and access logs of `http`, and whatever is wrong with them.
///
/// `stream` and `mail` have formats and logs of their own, which are left out. A file that is
/// itself included elsewhere may be given alone: what stands at its top counts as if in `http`.
#[derive(Clone, Debug)]
pub struct Logging {
    /// The formats in their order, [`combined`](DefinedFormat::is_predefined) first.
    pub formats: Vec<DefinedFormat>,
    /// The access logs in their order.
    pub access_logs: Vec<AccessLog>,
    /// What could not be read, and what nginx would refuse. Includes come first, formats that do
    /// not exist last, each in their order.
    pub problems: Vec<ConfError>,
}

/// A `log_format`.
#[derive(Clone, Debug)]
pub struct DefinedFormat {
    /// What an `access_log` names.
    pub name: String,
    /// How its values are escaped.
    pub escape: Escape,
    /// Its text, the arguments joined.
    pub text: Vec<u8>,
    /// The format, or why it cannot be compiled.
    pub format: Result<LogFormat, ConfError>,
    /// Where it is defined; `combined` is nowhere.
    pub place: Option<Place>,
}

impl DefinedFormat {
    /// Whether it is the one that nginx itself defines.
    pub fn is_predefined(&self) -> bool {
        self.place.is_none()
    }
}

/// An `access_log`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessLog {
    /// Where the lines go.
    pub target: Target,
    /// The name of its format: `combined` when it names none.
    pub format: String,
    /// The value of `buffer=`.
    pub buffer: Option<String>,
    /// The value of `flush=`.
    pub flush: Option<String>,
    /// The value of `gzip=`; empty for `gzip` alone. What is written is compressed.
    pub gzip: Option<String>,
    /// The value of `if=`: only requests for which it is neither empty nor `0` are logged.
    pub condition: Option<String>,
    /// Where the directive starts.
    pub place: Place,
}

/// Where the lines of an access log go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nowhere, from this level down.
    Off,
    /// To this file, as it is written: a relative name starts from nginx's prefix.
    File(Vec<u8>),
    /// To a file whose name has variables in it.
    Variable(Vec<u8>),
    /// To syslog: what is written behind `syslog:`.
    Syslog(Vec<u8>),
}

impl Logging {
    /// The format of this name; of several the first.
    pub fn format(&self, name: &str) -> Option<&DefinedFormat> {
        self.formats.iter().find(|format| format.name == name)
    }
}

impl AccessLog {
    /// Takes a parameter behind the format. Whether there is such a one.
    pub(crate) fn take(&mut self, parameter: &str) -> bool {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let slot = match name {
            "buffer" => &mut self.buffer,
            "flush" => &mut self.flush,
            "gzip" => &mut self.gzip,
            "if" => &mut self.condition,
            _ => return false,
        };
        *slot = Some(value.to_owned());
        name == "gzip" || !value.is_empty()
    }
}

impl Target {
    pub(crate) fn of(path: &[u8]) -> Target {
        match path.strip_prefix(b"syslog:") {
            Some(server) => Target::Syslog(server.to_vec()),
            None if path == b"off" => Target::Off,
            None if path.contains(&b'$') => Target::Variable(path.to_vec()),
            None => Target::File(path.to_vec()),
        }
    }
}
