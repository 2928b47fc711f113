//! The tables that can be exported, and what each of their columns is: one list, of which headers, keys,
//! schemas and the documentation are made.

use crate::export::texts::TextRows;
use crate::export::values::{Booleans, Instants, Integers, Values};

/// A table that can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    /// One row a parsed line of an access log.
    Entries,
    /// One row a sighting of an opening handshake, of captures as well.
    Handshakes,
}

/// One column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it is called: nginx's own word without `$`, where it has one. A unit is part of the name
    /// where nginx's own text has another.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// Whether it can lack a value.
    pub is_nullable: bool,
    /// What it says, in Markdown.
    pub meaning: &'static str,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// UTF-8. Bytes of a log that are none are shown as `\xHH`.
    Text,
    /// A whole number of 64 bits with a sign.
    Integer,
    /// True or false.
    Boolean,
    /// An instant, to the millisecond, in UTC.
    Instant,
}

impl Kind {
    /// A word for it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Integer => "integer",
            Kind::Boolean => "boolean",
            Kind::Instant => "instant",
        }
    }
}

impl Table {
    /// All tables.
    pub const ALL: [Table; 2] = [Table::Entries, Table::Handshakes];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Table::Entries => "entries",
            Table::Handshakes => "handshakes",
        }
    }

    /// Its columns, in their order.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Table::Entries => ENTRIES,
            Table::Handshakes => HANDSHAKES,
        }
    }

    /// The place of a column of this name.
    pub fn column(self, name: &str) -> Option<usize> {
        self.columns().iter().position(|column| column.name == name)
    }
}

/// A column's values by its kind.
macro_rules! values {
    (Text) => {
        TextRows
    };
    (Integer) => {
        Integers
    };
    (Boolean) => {
        Booleans
    };
    (Instant) => {
        Instants
    };
}

macro_rules! is_nullable {
    (required) => {
        false
    };
    (nullable) => {
        true
    };
}

/// A list of columns, and a struct that holds their values by their names.
macro_rules! table {
    ($list:ident, $rows:ident, $doc:literal,
     $($name:ident: $kind:ident $presence:ident, $meaning:literal;)*) => {
        const $list: &[Column] = &[$(Column {
            name: stringify!($name),
            kind: Kind::$kind,
            is_nullable: is_nullable!($presence),
            meaning: $meaning,
        }),*];

        #[doc = $doc]
        #[derive(Debug)]
        pub(super) struct $rows { $(pub(super) $name: values!($kind)),* }

        impl $rows {
            /// None yet, and room for some.
            pub(super) fn with_capacity(rows: usize) -> $rows {
                $rows { $($name: <values!($kind)>::with_capacity(rows)),* }
            }

            /// The columns in the order of their list.
            pub(super) fn into_values(self) -> Vec<Values> {
                vec![$(Values::from(self.$name)),*]
            }
        }
    };
}

table! { ENTRIES, EntryRows, "Rows of the table of entries.",
    source: Text required, "The input's name; `-` is standard input.";
    line: Integer required, "The line's number in it, from 1.";
    byte: Integer required, "The line's first byte in it, from 0; of a compressed input, in what is compressed.";
    format: Text required, "The format the line was read by, as `wslog formats` calls it.";
    logged_at: Instant nullable, "When nginx wrote the line, which is when the request ended: `$msec`, else `$time_iso8601` or `$time_local`.";
    started_at: Instant nullable, "When the request's first byte came: `logged_at` less `request_time_ms`.";
    offset_minutes: Integer nullable, "Minutes east of UTC that the line was written with; 0 where it shows `$msec` alone.";
    remote_addr: Text nullable, "Who connected: a client, a balancer's node, or another nginx.";
    remote_user: Text nullable, "The name given with Basic authentication.";
    vantage: Text required, "Which nginx wrote the line: what `--vantage` says, else `$hostname`, `$server_addr` or `$server_name`, else the name of the log; as it is logged, as in reports. These add what tells two of one name apart, as the table `handshakes` does.";
    host: Text nullable, "The host asked for: `$host`, else the header `Host`.";
    method: Text nullable, "The request's method.";
    path: Text nullable, "The request target without its query.";
    query: Text nullable, "The query, without `?`; empty where there is none.";
    protocol: Text required, "`HTTP/1.0`, `HTTP/1.1`, … as the request came; `-` where the line does not tell.";
    status: Integer nullable, "The status of the answer; 0 for `000`.";
    request_time_ms: Integer nullable, "Milliseconds from the request's first byte to the line; for a 101 the tunnel's life.";
    bytes_sent: Integer nullable, "Bytes sent to the client.";
    body_bytes_sent: Integer nullable, "Bytes sent to the client without the header.";
    http_referer: Text nullable, "The request header `Referer`.";
    http_user_agent: Text nullable, "The request header `User-Agent`.";
    http_x_forwarded_for: Text nullable, "The request header `X-Forwarded-For`.";
    http_upgrade: Text nullable, "The request header `Upgrade`.";
    http_connection: Text nullable, "The request header `Connection`.";
    http_sec_websocket_key: Text nullable, "The request header `Sec-WebSocket-Key`, valid or not.";
    upstream_addr: Text nullable, "The upstream servers that were asked, as logged: a list where it was several.";
    upstream_status: Text nullable, "What each answered, as logged.";
    upstream_connect_time: Text nullable, "Seconds to connect to each, as logged.";
    upstream_header_time: Text nullable, "Seconds until each one's header came, as logged.";
    upstream_response_time: Text nullable, "Seconds until each one's last byte came, as logged.";
    last_upstream_addr: Text nullable, "The upstream server that was asked last, whose answer the client got.";
    last_upstream_status: Integer nullable, "What that one answered.";
    upstream_header_time_ms: Integer nullable, "Milliseconds until its header came, the attempts before it included: a handshake's latency. None where no header came.";
    upstream_response_time_ms: Integer nullable, "The same until its last byte came.";
    rule: Text nullable, "Why the line is an opening handshake: `key`, `upgrade`, `status` or `path`. `candidate`: it is one if any line shows a 101 on its path, which the table `handshakes` knows. None: it is an ordinary request.";
    outcome: Text nullable, "How the handshake ended, as in reports; none where the line is no handshake, or a candidate.";
    near_mark: Boolean nullable, "Whether it failed near the mark (60 s, give or take 1 s, unless `--mark` says otherwise); none where `outcome` is.";
}

table! { HANDSHAKES, HandshakeRows, "Rows of the table of handshakes.",
    source: Text required, "The input's name; `-` is standard input.";
    line: Integer nullable, "The line's number in it, from 1; none in a capture.";
    byte: Integer required, "The first byte of the line, or in a capture of where the request was seen.";
    key: Text nullable, "The Sec-WebSocket-Key, if it is valid: all sightings of one handshake share it.";
    rule: Text required, "Why it is an opening handshake: `key`, `upgrade`, `status`, or `path` (named with `--websocket-path`, or one that shows a 101 anywhere).";
    vantage: Text required, "Where it was seen: an nginx or a capture, named as in reports.";
    remote_addr: Text nullable, "The node: who connected there, as it is logged.";
    last_upstream_addr: Text nullable, "The upstream server that was asked last, as it is logged; in a capture, the server.";
    protocol: Text required, "`HTTP/1.0`, `HTTP/1.1`, … as it came; `-` where that is not shown.";
    status: Integer required, "The status of the answer; 0 where there was none.";
    outcome: Text required, "How it ended, as in reports: `established`, or one of the ways to fail.";
    near_mark: Boolean required, "Whether it failed near the mark (60 s, give or take 1 s, unless `--mark` says otherwise).";
    request_time_ms: Integer nullable, "Milliseconds from the request's first byte to its end; for a 101 the tunnel's life.";
    upstream_header_time_ms: Integer nullable, "Milliseconds until the upstream server's header came, all attempts included: the latency. None where no header came.";
    started_at: Instant nullable, "When the request's first byte came.";
    logged_at: Instant nullable, "When it ended.";
    offset_minutes: Integer nullable, "Minutes east of UTC that the line was written with; 0 where it shows `$msec` alone.";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ok_columns_have_names_of_their_own_and_say_what_they_are() {
        for table in Table::ALL {
            let names: HashSet<_> = table.columns().iter().map(|column| column.name).collect();
            assert_eq!(names.len(), table.columns().len());
            for (place, column) in table.columns().iter().enumerate() {
                assert!(column.meaning.ends_with('.'), "{}", column.name);
                assert_eq!(table.column(column.name), Some(place));
            }
        }
        assert_eq!(Table::Entries.column("no_such"), None);
    }
}
