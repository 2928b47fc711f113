//! The formats wslog knows by name.

use crate::formats::Formats;
use crate::log_format::LogFormat;

/// A `log_format` that many people have, under the name they know it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedFormat {
    /// The name for `--format` and in reports.
    pub name: &'static str,
    /// The directive as it would stand in nginx.conf, without its name.
    pub log_format: &'static str,
    /// What it is, in a few words.
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

macro_rules! main {
    () => {
        concat!(combined!(), " \"$http_x_forwarded_for\"")
    };
}

const fn named(
    name: &'static str,
    log_format: &'static str,
    description: &'static str,
) -> NamedFormat {
    NamedFormat { name, log_format, description }
}

impl NamedFormat {
    /// Every named format; in each pair of which one begins like the other, the longer one first.
    pub const ALL: &[NamedFormat] = &[
        named(
            "upstreamlog_key",
            concat!(upstreamlog!(), " $http_sec_websocket_key"),
            "upstreamlog and the handshake's key",
        ),
        named("upstreamlog", upstreamlog!(), "unquoted, with upstreams and durations"),
        NamedFormat::RECOMMENDED,
        named(
            "main_ws",
            concat!(main!(), " $request_time \"$http_sec_websocket_key\""),
            "main, the duration and the handshake's key",
        ),
        named("main", main!(), "the one in nginx's packaged nginx.conf"),
        named(
            "ingress",
            concat!(
                combined!(),
                " $request_length $request_time [$proxy_upstream_name] \
                 [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length \
                 $upstream_response_time $upstream_status $req_id"
            ),
            "ingress-nginx's default",
        ),
        named("combined", combined!(), "nginx's default"),
        named(
            NamedFormat::JSON,
            "escape=json '{\"time\":\"$time_iso8601\",\"msec\":$msec,\"remote_addr\":\"$remote_addr\",\
             \"server_name\":\"$server_name\",\"request\":\"$request\",\"status\":$status,\
             \"request_time\":$request_time,\"http_upgrade\":\"$http_upgrade\",\
             \"http_sec_websocket_key\":\"$http_sec_websocket_key\",\
             \"upstream_addr\":\"$upstream_addr\",\
             \"upstream_header_time\":\"$upstream_header_time\"}'",
            "JSON objects, read by their keys in any order",
        ),
    ];

    /// The format that shows everything wslog can tell: `main`, and behind it what is missing
    /// there, in quotes wherever a value can hold what stands behind it.
    pub const RECOMMENDED: NamedFormat = named(
        "websocket",
        concat!(
            main!(),
            " $msec $request_time \"$server_name\" \"$http_upgrade\" \"$http_sec_websocket_key\" \
             \"$upstream_addr\" \"$upstream_status\" \"$upstream_header_time\" \
             \"$upstream_response_time\""
        ),
        "what we recommend: everything wslog can tell",
    );

    const JSON: &str = "json";

    /// The format of this name.
    pub fn find(name: &str) -> Option<NamedFormat> {
        NamedFormat::ALL.iter().copied().find(|format| format.name == name)
    }

    /// Compiles the directive.
    pub fn compile(self) -> Option<LogFormat> {
        let format = match self.name {
            NamedFormat::JSON => Ok(LogFormat::json_objects()),
            _ => LogFormat::compile(self.log_format),
        };
        format.ok().map(|format| format.with_name(self.name))
    }

    /// What detection chooses from: families are one choice.
    pub(crate) fn choices() -> Vec<Formats> {
        let compile = |name| NamedFormat::find(name).and_then(NamedFormat::compile);
        let keyless = || compile("upstreamlog");
        let choice = |named: &NamedFormat| match named.name {
            "upstreamlog_key" => Some(Formats::family(compile(named.name)?, keyless()?)),
            "upstreamlog" => None,
            _ => named.compile().map(Formats::from),
        };
        NamedFormat::ALL.iter().filter_map(choice).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Variable;

    #[test]
    fn ok_every_named_format_compiles_under_its_name() {
        for format in NamedFormat::ALL {
            assert_eq!(format.compile().unwrap().name(), format.name);
            assert!(LogFormat::from_config(format.log_format).is_ok(), "{}", format.name);
        }
        assert_eq!(NamedFormat::choices().len(), NamedFormat::ALL.len() - 1);
    }

    #[test]
    fn ok_the_recommended_format_shows_what_others_lack() {
        let format = NamedFormat::RECOMMENDED.compile().unwrap();
        for variable in [
            Variable::HttpSecWebsocketKey,
            Variable::HttpUpgrade,
            Variable::Request,
            Variable::RequestTime,
            Variable::UpstreamHeaderTime,
            Variable::UpstreamAddr,
            Variable::RemoteAddr,
        ] {
            assert!(format.logs(variable), "{variable:?}");
        }
    }
}
