//! Directives that nginx does not know, because a letter of one that is judged here is wrong or a capital.

use wslog_parse::nginx_conf::Directive;

use crate::audit::tree::Tree;

/// The directives that are judged; no other of nginx's is as near to one of them.
const JUDGED: [&str; 13] = [
    "access_log",
    "location",
    "log_format",
    "proxy_http_version",
    "proxy_pass",
    "proxy_pass_request_headers",
    "proxy_read_timeout",
    "proxy_send_timeout",
    "proxy_set_header",
    "server_name",
    "send_timeout",
    "upstream",
    "worker_shutdown_timeout",
];

/// Those that are judged as well, and are too short, or too near to others, for more than their case.
const SHORT: [&str; 16] = [
    "http",
    "http2",
    "if",
    "include",
    "internal",
    "keepalive",
    "limit_except",
    "listen",
    "map",
    "proxy_hide_header",
    "proxy_method",
    "proxy_pass_header",
    "return",
    "rewrite",
    "server",
    "set",
];

/// Each with the directive that is meant, by place.
pub(crate) fn misspelt<'c>(tree: &Tree<'c>) -> Vec<(&'c Directive, &'static str)> {
    let levels = tree.ids().filter_map(|id| tree.get(id));
    let directives = levels.flat_map(|level| level.own.iter().copied());
    let mut found: Vec<_> = directives.filter_map(|it| Some((it, meant(&it.name())?))).collect();
    found.sort_by_key(|(directive, _)| directive.place());
    found
}

fn meant(name: &[u8]) -> Option<&'static str> {
    let is_capital = name.iter().any(u8::is_ascii_uppercase);
    let mut all = JUDGED.into_iter().chain(SHORT).filter(|_| is_capital);
    all.find(|judged| name.eq_ignore_ascii_case(judged.as_bytes()))
        .or_else(|| JUDGED.into_iter().find(|judged| is_near(name, judged.as_bytes())))
}

/// Whether one letter too many, too few or wrong, or two that changed places, is all that differs.
pub(crate) fn is_near(one: &[u8], other: &[u8]) -> bool {
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (one.get(same..).unwrap_or_default(), other.get(same..).unwrap_or_default());
    match (one, other) {
        ([], []) => false,
        ([a, b, one @ ..], [c, d, other @ ..]) if (a, b) == (d, c) && one == other => true,
        ([_, one @ ..], [_, other @ ..]) if one == other => true,
        ([_, one @ ..], other) if one == other => true,
        (one, [_, other @ ..]) => one == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_one_letter_is_forgiven_and_what_is_right_is_left_alone() {
        for name in ["proxy_passs", "proxy_pas", "proxy_pess", "porxy_pass", "roxy_pass"] {
            assert_eq!(meant(name.as_bytes()), Some("proxy_pass"), "{name}");
        }
        for name in ["proxy_pass", "grpc_pass", "proxy_bind", "proxy_cache", "http2", ""] {
            assert_eq!(meant(name.as_bytes()), None, "{name}");
        }
        for (name, judged) in
            [("Proxy_Pass", "proxy_pass"), ("SERVER", "server"), ("Map", "map"), ("IF", "if")]
        {
            assert_eq!(meant(name.as_bytes()), Some(judged), "{name}");
        }
        assert_eq!(meant(b"SERVERS"), None);
        assert_eq!(meant(b"send_timeout"), None);
        assert_eq!(meant(b"loaction"), Some("location"));
    }
}
