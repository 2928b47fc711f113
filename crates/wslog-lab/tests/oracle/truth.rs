//! What is true about one logged request: what the client sent and saw, and nginx's own words in
//! a format that needs no parser.

use std::collections::BTreeMap;

use wslog_parse::WebSocketKey;

use crate::case::Case;
use crate::formats::Written;

/// Every value between quotes, which no value can hold (`escape=default`): splitting at the quotes
/// gives them, in this order.
pub(crate) const TRUTH: &str = "\"$time_local\" \"$msec\" \"$remote_addr\" \"$remote_user\" \
     \"$server_name\" \"$upstream_addr\" \"$upstream_response_time\" \"$request\" \
     \"$request_time\" \"$status\" \"$body_bytes_sent\" \"$http_referer\" \"$http_user_agent\" \
     \"$http_x_forwarded_for\" \"$http_upgrade\" \"$http_sec_websocket_key\" \
     \"$upstream_status\" \"$upstream_header_time\"";

/// The statuses of requests whose headers nginx did not read to the end; 302 where an `error_page`
/// says so.
const EARLY: [u16; 6] = [302, 400, 405, 408, 414, 505];

/// One request, from both sides.
#[derive(Debug)]
pub(crate) struct Truth {
    case: Case,
    status: u16,
    /// Whether the answer had no status line: to HTTP/0.9, whose requests have no headers either.
    is_simple: bool,
    /// By the name of the variable, as nginx logs it.
    logged: BTreeMap<String, Vec<u8>>,
}

impl Truth {
    /// Puts the two sides together, and checks that they agree.
    pub(crate) fn new(case: Case, status: Option<u16>, line: &[u8]) -> Truth {
        let odd = |text: &'static str| text.split('"').skip(1).step_by(2);
        let names = odd(TRUTH).map(|name| name.trim_start_matches('$').to_owned());
        let values = line.split(|&byte| byte == b'"').skip(1).step_by(2).map(<[u8]>::to_vec);
        let is_simple = status.is_none();
        let mut truth = Truth { case, status: 0, is_simple, logged: names.zip(values).collect() };
        let logged = str::from_utf8(truth.logged("status")).unwrap().parse().unwrap();
        truth.status = logged;
        assert_eq!(status.unwrap_or(logged), logged, "{}", truth.name());
        truth.check();
        truth
    }

    fn check(&self) {
        let name = self.name();
        let (logged, sent) = (self.value("request"), self.case.request.line());
        // A line that is too long is logged as far as the buffer went.
        assert!(logged == sent || self.status == 414 && sent.starts_with(&logged), "{name}");
        let sent = [
            ("remote_user", self.case.user.clone()),
            ("http_user_agent", self.case.value("User-Agent")),
            ("http_sec_websocket_key", self.case.value("Sec-WebSocket-Key")),
            ("http_upgrade", self.case.value("Upgrade")),
            ("http_referer", self.case.value("Referer")),
            ("http_x_forwarded_for", self.case.value("X-Forwarded-For")),
        ];
        for (variable, sent) in sent {
            let value = self.value(variable);
            if value == b"-" && (self.is_simple || EARLY.contains(&self.status)) {
                continue;
            }
            let sent = sent.unwrap_or_else(|| b"-".to_vec());
            assert_eq!(
                value.escape_ascii().to_string(),
                sent.escape_ascii().to_string(),
                "{name}: ${variable}"
            );
        }
    }

    /// What nginx logged for this variable, still escaped.
    pub(crate) fn logged(&self, variable: &str) -> &[u8] {
        self.logged.get(variable).unwrap()
    }

    /// The same as it was before nginx escaped it: `\xHH` is one byte.
    pub(crate) fn value(&self, variable: &str) -> Vec<u8> {
        let mut value = Vec::new();
        let mut rest = self.logged(variable);
        while let Some((&byte, behind)) = rest.split_first() {
            (value, rest) = match behind {
                [b'x', high, low, behind @ ..] if byte == b'\\' => {
                    let digits = [*high, *low];
                    let digits = str::from_utf8(&digits).unwrap();
                    ([value, vec![u8::from_str_radix(digits, 16).unwrap()]].concat(), behind)
                }
                _ => ([value, vec![byte]].concat(), behind),
            };
        }
        value
    }

    /// For messages.
    pub(crate) fn name(&self) -> String {
        let line = self.case.request.line();
        let line = line.get(..line.len().min(160)).unwrap_or(line);
        format!("{} ({:?}, {})", line.escape_ascii(), self.case.ending, self.status)
    }

    pub(crate) fn case(&self) -> &Case {
        &self.case
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// What the protocol must be read as: HTTP/0.9 only where nothing but a method and a target
    /// can be seen.
    pub(crate) fn protocol(&self) -> &'static str {
        let mut words = self.case.request.line().splitn(2, |&byte| byte == b' ').skip(1);
        let is_target = |rest: &[u8]| {
            let start = rest.iter().position(|&byte| byte != b' ');
            start.is_some_and(|start| !rest[start..].contains(&b' '))
        };
        match self.is_simple && words.next().is_some_and(is_target) {
            true => "HTTP/0.9",
            false => self.case.protocol,
        }
    }

    /// A forged line may be undecidable where nothing but nginx's habits tells the readings apart:
    /// in an unquoted format, when no upstream server vouches for one of them, the version of the
    /// request is none that anybody sends, or the end of the line is that of a refused request.
    pub(crate) fn may_be_ambiguous(&self, format: Written) -> bool {
        self.case.is_forged
            && format.is_unquoted()
            && (self.logged("upstream_addr") == b"-"
                || self.case.protocol == "-"
                || ["http_user_agent", "http_sec_websocket_key"]
                    .iter()
                    .any(|header| self.logged(header).ends_with(b"-")))
    }

    /// Whether the key can be told from the agent where only a space stands between them.
    pub(crate) fn key_is_one_token(&self) -> bool {
        !self.logged("http_sec_websocket_key").contains(&b' ')
    }

    /// Whether the key is one that RFC 6455 allows, if there is one: `-` and nothing are none.
    pub(crate) fn key_is_valid(&self) -> Option<bool> {
        let key = self.logged("http_sec_websocket_key");
        (!matches!(key, b"-" | b"")).then(|| WebSocketKey::parse(key).is_ok())
    }
}
