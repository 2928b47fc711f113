//! The formats that are read back, as they would stand in an `nginx.conf`.

use wslog_parse::{LogFormat, NamedFormat};

/// One format, logged to a file of its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    pub(crate) name: &'static str,
    text: &'static str,
    /// Whether it says `escape=json`, so that a missing value is logged as nothing, not as `-`.
    pub(crate) is_json: bool,
    /// Whether a reader who is told nothing can know it.
    pub(crate) is_detectable: bool,
}

macro_rules! upstreamlog {
    () => {
        "[$time_local] $remote_addr - $remote_user - $server_name to: $upstream_addr: $request \
         upstream_response_time $upstream_response_time msec $msec request_time $request_time \
         status $status client - $http_user_agent"
    };
}

macro_rules! main {
    () => {
        "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \
         \"$http_referer\" \"$http_user_agent\" \"$http_x_forwarded_for\""
    };
}

pub(crate) const FORMATS: &[Written] = &[
    known("upstreamlog", upstreamlog!()),
    known("upstreamlog_key", concat!(upstreamlog!(), " $http_sec_websocket_key")),
    known(
        "combined",
        "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \
         \"$http_referer\" \"$http_user_agent\"",
    ),
    known("main", main!()),
    known("main_ws", concat!(main!(), " $request_time \"$http_sec_websocket_key\"")),
    known(NamedFormat::RECOMMENDED.name, NamedFormat::RECOMMENDED.log_format),
    Written {
        is_json: true,
        ..known(
            "json",
            "{\"time_local\":\"$time_local\",\"msec\":\"$msec\",\
             \"remote_addr\":\"$remote_addr\",\"remote_user\":\"$remote_user\",\
             \"server_name\":\"$server_name\",\"request\":\"$request\",\"status\":\"$status\",\
             \"body_bytes_sent\":$body_bytes_sent,\"request_time\":$request_time,\
             \"http_referer\":\"$http_referer\",\"http_user_agent\":\"$http_user_agent\",\
             \"upstream_addr\":\"$upstream_addr\",\
             \"upstream_response_time\":\"$upstream_response_time\",\
             \"http_sec_websocket_key\":\"$http_sec_websocket_key\"}",
        )
    },
    Written { is_json: true, is_detectable: false, ..known("upstreamlog_json", upstreamlog!()) },
];

const fn known(name: &'static str, text: &'static str) -> Written {
    Written { name, text, is_json: false, is_detectable: true }
}

impl Written {
    /// The one that logs to the file of this name.
    pub(crate) fn find(name: &str) -> Written {
        *FORMATS.iter().find(|format| format.name == name).unwrap()
    }

    /// The whole directive.
    pub(crate) fn directive(self) -> String {
        let escape = if self.is_json { "escape=json " } else { "" };
        format!("log_format {} {escape}'{}';", self.name, self.text)
    }

    /// The directive as wslog reads it.
    pub(crate) fn compile(self) -> LogFormat {
        LogFormat::from_config(&self.directive()).unwrap()
    }

    /// The variables it shows.
    pub(crate) fn variables(self) -> impl Iterator<Item = &'static str> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        self.text.split('$').skip(1).map(move |text| {
            let len = text.bytes().take_while(|&byte| is_name(byte)).count();
            &text[..len]
        })
    }

    /// Whether values stand without quotes around them.
    pub(crate) fn is_unquoted(self) -> bool {
        self.name.starts_with("upstreamlog")
    }
}
