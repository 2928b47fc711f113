//! The nginx variables wslog knows by name, and the syntax of each one's value
//! ([index of variables](https://nginx.org/en/docs/varindex.html)).

use crate::syntax::Syntax;

macro_rules! variables {
    ($($variant:ident $name:literal $syntax:ident, $doc:literal;)*) => {
        /// A variable of nginx whose value means something to wslog.
        ///
        /// Others are read as free text and kept by name only.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Variable { $(#[doc = $doc] $variant,)* }

        impl Variable {
            /// Every variable known, in the order of their declaration.
            pub const ALL: &[Variable] = &[$(Variable::$variant,)*];

            /// nginx's name for it, without the `$`.
            pub const fn name(self) -> &'static str {
                match self { $(Variable::$variant => $name,)* }
            }

            pub(crate) const fn syntax(self) -> Syntax {
                match self { $(Variable::$variant => Syntax::$syntax,)* }
            }
        }
    };
}

variables! {
    TimeLocal "time_local" TimeLocal, "When the line was written, to the second: `09/Mar/2018:15:04:51 +0800`.";
    TimeIso8601 "time_iso8601" TimeIso8601, "The same as `2018-03-09T15:04:51+08:00`.";
    Msec "msec" Seconds, "The same as seconds since the epoch with three decimals.";
    RemoteAddr "remote_addr" Hosts, "The address of whoever connected; `unix:` for a Unix socket.";
    RemotePort "remote_port" Port, "The port of whoever connected.";
    RemoteUser "remote_user" User, "The name given with Basic authentication.";
    Hostname "hostname" Word, "The name of nginx's host.";
    ServerAddr "server_addr" Word, "The address that accepted the request.";
    ServerName "server_name" Word, "The name of the server block that accepted the request.";
    ServerPort "server_port" Port, "The port that accepted the request.";
    Host "host" Text, "The host asked for, from the request line or `Host`.";
    Scheme "scheme" Word, "`http` or `https`.";
    Request "request" Text, "The whole request line as the client sent it.";
    RequestMethod "request_method" Word, "The request's method.";
    RequestUri "request_uri" Text, "The request target as the client sent it, with its query.";
    Uri "uri" Text, "The request's path, decoded and normalised.";
    Args "args" Text, "The request's query.";
    ServerProtocol "server_protocol" Text, "The request's protocol.";
    RequestId "request_id" Word, "nginx's random identifier of the request.";
    RequestLength "request_length" Number, "Bytes of the request, headers included.";
    RequestTime "request_time" Duration, "Seconds from the request's first byte to the line; for a 101 the tunnel's life.";
    RequestCompletion "request_completion" Word, "`OK` when the request completed.";
    Status "status" Status, "The status of the response.";
    BytesSent "bytes_sent" Number, "Bytes sent to the client.";
    BodyBytesSent "body_bytes_sent" Number, "Bytes sent to the client without the header.";
    Connection "connection" Number, "nginx's serial number of the connection.";
    ConnectionRequests "connection_requests" Number, "How many requests the connection has carried.";
    UpstreamAddr "upstream_addr" AddrList, "The upstream server's address; a list when several were tried.";
    UpstreamStatus "upstream_status" StatusList, "The upstream server's status; a list.";
    UpstreamConnectTime "upstream_connect_time" SecondsList, "Seconds to connect to the upstream server; a list.";
    UpstreamHeaderTime "upstream_header_time" SecondsList, "Seconds until the upstream's response header: a handshake's latency; a list.";
    UpstreamResponseTime "upstream_response_time" SecondsList, "Seconds until the upstream's last byte; a list.";
    UpstreamResponseLength "upstream_response_length" NumberList, "Bytes of the upstream's response; a list.";
    ProxyUpstreamName "proxy_upstream_name" Word, "ingress-nginx's name of the upstream.";
    ProxyAlternativeUpstreamName "proxy_alternative_upstream_name" Word, "ingress-nginx's name of the canary's upstream.";
    ReqId "req_id" Text, "ingress-nginx's identifier of the request.";
    HttpHost "http_host" Text, "The request header `Host`.";
    HttpReferer "http_referer" Text, "The request header `Referer`.";
    HttpUserAgent "http_user_agent" Text, "The request header `User-Agent`.";
    HttpXForwardedFor "http_x_forwarded_for" Text, "The request header `X-Forwarded-For`.";
    HttpUpgrade "http_upgrade" Text, "The request header `Upgrade`.";
    HttpConnection "http_connection" Text, "The request header `Connection`.";
    HttpSecWebsocketKey "http_sec_websocket_key" Key, "The request header `Sec-WebSocket-Key`.";
    HttpSecWebsocketVersion "http_sec_websocket_version" Text, "The request header `Sec-WebSocket-Version`.";
}

impl Variable {
    /// How many variables are known: one more than the largest `self as usize`.
    pub const COUNT: usize = Variable::ALL.len();

    /// The variable of this name (without `$`), if it is known.
    pub fn from_name(name: &str) -> Option<Variable> {
        Variable::ALL.iter().copied().find(|variable| variable.name() == name)
    }
}

/// Some of the variables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VariableSet(u64);

const _: () = assert!(Variable::COUNT <= 64, "a set of variables is a u64");

impl VariableSet {
    /// Whether the variable is among them.
    pub const fn contains(self, variable: Variable) -> bool {
        self.0 & 1 << variable as u32 != 0
    }

    /// One bit for each variable, in the order of [`Variable::ALL`].
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The set of these bits; `None` if one of them stands for no variable.
    pub const fn from_bits(bits: u64) -> Option<VariableSet> {
        let known = u64::MAX >> (64 - Variable::COUNT);
        if bits & !known == 0 { Some(VariableSet(bits)) } else { None }
    }

    /// These and one more.
    #[must_use]
    pub const fn with(self, variable: Variable) -> VariableSet {
        VariableSet(self.0 | 1 << variable as u32)
    }

    /// These without one.
    #[must_use]
    pub const fn without(self, variable: Variable) -> VariableSet {
        VariableSet(self.0 & !(1 << variable as u32))
    }

    /// Those in either set.
    #[must_use]
    pub const fn union(self, other: VariableSet) -> VariableSet {
        VariableSet(self.0 | other.0)
    }
}

impl FromIterator<Variable> for VariableSet {
    fn from_iter<I: IntoIterator<Item = Variable>>(variables: I) -> VariableSet {
        variables.into_iter().fold(VariableSet::default(), VariableSet::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_names_lead_back_to_their_variable() {
        for &variable in Variable::ALL {
            assert_eq!(Variable::from_name(variable.name()), Some(variable));
        }
        assert_eq!(Variable::from_name("no_such_variable"), None);
    }

    #[test]
    fn ok_bits_lead_back_to_their_set() {
        for &variable in Variable::ALL {
            let set = VariableSet::default().with(variable);
            assert_eq!(VariableSet::from_bits(set.bits()), Some(set));
        }
        assert_eq!(VariableSet::from_bits(1 << Variable::COUNT), None);
    }
}
