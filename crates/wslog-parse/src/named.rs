//! The formats wslog knows by name.

use crate::formats::Formats;
use crate::log_format::LogFormat;

/// A `log_format` that many people have, under the name they know it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedFormat {
    /// The name for `--format` and in reports.
    pub name: &'static str,
    /// The text of the directive, its quoted parts joined.
    pub log_format: &'static str,
    /// What it is, in one sentence.
    pub description: &'static str,
}

macro_rules! upstreamlog {
    () => {
        "[$time_local] $remote_addr - $remote_user - $server_name to: $upstream_addr: $request \
         upstream_response_time $upstream_response_time msec $msec request_time $request_time \
         status $status client - $http_user_agent"
    };
}

macro_rules! combined {
    () => {
        "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \
         \"$http_referer\" \"$http_user_agent\""
    };
}

impl NamedFormat {
    /// Every named format.
    pub const ALL: &[NamedFormat] = &[
        NamedFormat {
            name: "upstreamlog_key",
            log_format: concat!(upstreamlog!(), " $http_sec_websocket_key"),
            description: "upstreamlog with the handshake's key: everything wslog can show",
        },
        NamedFormat {
            name: "upstreamlog",
            log_format: upstreamlog!(),
            description: "unquoted, with upstream and durations, widely copied for load balancers",
        },
        NamedFormat { name: "combined", log_format: combined!(), description: "nginx's default" },
        NamedFormat {
            name: "main",
            log_format: concat!(combined!(), " \"$http_x_forwarded_for\""),
            description: "the format in nginx's packaged nginx.conf",
        },
    ];

    /// The format of this name.
    pub fn find(name: &str) -> Option<NamedFormat> {
        NamedFormat::ALL.iter().copied().find(|format| format.name == name)
    }

    /// Compiles the directive.
    pub fn compile(self) -> Option<LogFormat> {
        LogFormat::compile(self.log_format).ok().map(|format| format.with_name(self.name))
    }

    /// What detection chooses from: families are one choice.
    pub(crate) fn choices() -> Vec<Formats> {
        let compile = |name| NamedFormat::find(name).and_then(NamedFormat::compile);
        let family = compile("upstreamlog_key").zip(compile("upstreamlog"));
        let family = family.map(|(keyed, keyless)| Formats::family(keyed, keyless));
        let quoted = ["main", "combined"].into_iter().filter_map(compile).map(Formats::from);
        family.into_iter().chain(quoted).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_every_named_format_compiles_under_its_name() {
        for format in NamedFormat::ALL {
            assert_eq!(format.compile().unwrap().name(), format.name);
        }
        assert_eq!(NamedFormat::choices().len(), 3);
    }
}
