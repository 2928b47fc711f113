//! Whom and what a message is about: `, client: …, server: …, request: "…"`, and up to four more.

use memchr::memmem;

use super::Activity;

/// The fields behind a message about a client, each as it stands in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context<'a> {
    /// The client's address, without a port.
    pub client: &'a [u8],
    /// The first `server_name`; before there is a request, the address that listens.
    pub server: &'a [u8],
    /// The request line.
    pub request: Option<&'a [u8]>,
    /// The URI of the subrequest that the message is about.
    pub subrequest: Option<&'a [u8]>,
    /// Scheme, address and URI of the server asked.
    pub upstream: Option<&'a [u8]>,
    /// The `Host` header.
    pub host: Option<&'a [u8]>,
    /// The `Referer` header.
    pub referrer: Option<&'a [u8]>,
}

const FIELDS: [&[u8]; 4] =
    [b"\", subrequest: \"", b"\", upstream: \"", b"\", host: \"", b"\", referrer: \""];

impl<'a> Context<'a> {
    /// The one way to read what stands behind `, client: `; `None` if there is none, or another.
    pub(super) fn read(
        text: &'a [u8],
        activity: Option<Activity<'_>>,
        is_cut: bool,
    ) -> Option<Self> {
        let (client, rest) = split(text, b", server: ")?;
        let Some((server, rest)) = split(rest, b", request: \"") else {
            let is_name = !rest.contains(&b'"');
            return is_name.then_some(Context { client, server: rest, ..Context::default() });
        };
        // A line that was cut ends within its last value.
        let rest = if is_cut { rest } else { rest.strip_suffix(b"\"")? };
        let named = Context { client, server, ..Context::default() };
        if activity == Some(Activity::ReadingRequestLine) {
            return Some(Context { request: Some(rest), ..named });
        }
        let (request, has_protocol) = match end_of_protocol(rest) {
            Some(end) => (end, true),
            None => (rest.len(), false),
        };
        let (request, fields) = rest.split_at_checked(request)?;
        // Without a protocol no headers were read, and nothing tells the end of the request.
        if !has_protocol && FIELDS.iter().any(|field| memmem::find(request, field).is_some()) {
            return None;
        }
        named.with_fields(request, fields)
    }

    /// nginx writes the fields in this order, each at most once.
    fn with_fields(mut self, request: &'a [u8], mut rest: &'a [u8]) -> Option<Self> {
        self.request = Some(request);
        let places = [&mut self.subrequest, &mut self.upstream, &mut self.host, &mut self.referrer];
        for ((place, name), at) in places.into_iter().zip(FIELDS).zip(0..) {
            let Some(behind) = rest.strip_prefix(name) else { continue };
            let later = FIELDS.iter().skip(at + 1).filter_map(|field| memmem::find(behind, field));
            let end = later.min().unwrap_or(behind.len());
            let (value, left) = behind.split_at_checked(end)?;
            *place = Some(value);
            rest = left;
        }
        (rest.is_empty() && self.is_plain()).then_some(self)
    }

    /// Whether the URI asked of the upstream may look like fields: it may be the request's path,
    /// decoded, as `proxy_pass http://u$uri` has it.
    fn may_hide_in_upstream(&self) -> bool {
        let request = self.request.unwrap_or_default();
        let path = split(request, b"?").map_or(request, |(path, _)| path);
        let is_raw = FIELDS.iter().skip(2).any(|field| memmem::find(request, field).is_some());
        self.upstream.is_some() && (is_raw || memmem::find(path, b"%22").is_some())
    }

    /// Whether no value holds what could be a field: an upstream and a host have no spaces.
    fn is_plain(&self) -> bool {
        let has = |value: Option<&[u8]>, byte: u8| value.is_some_and(|value| value.contains(&byte));
        let hides = |value: &[u8]| FIELDS.iter().any(|field| memmem::find(value, field).is_some());
        !self.may_hide_in_upstream()
            && !has(self.subrequest, b'"')
            && !has(self.upstream, b' ')
            && !has(self.host, b' ')
            && !self.referrer.is_some_and(hides)
    }
}

pub(super) fn split<'a>(text: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let start = memmem::find(text, at)?;
    Some((text.get(..start)?, text.get(start + at.len()..)?))
}

/// Where a request line ends: nginx refuses one with a quote behind its first ` HTTP/1.1`
/// (`ngx_http_parse_request_line`).
fn end_of_protocol(text: &[u8]) -> Option<usize> {
    memmem::find_iter(text, b" HTTP/").find_map(|start| {
        let [major, b'.', minor, rest @ ..] = text.get(start + " HTTP/".len()..)? else {
            return None;
        };
        let rest = rest.trim_ascii_start();
        let is_end = rest.is_empty() || rest.starts_with(b"\"");
        let is_protocol = major.is_ascii_digit() && minor.is_ascii_digit() && is_end;
        is_protocol.then_some(text.len() - rest.len())
    })
}
