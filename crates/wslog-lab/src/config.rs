//! What an nginx is told: the text of its `nginx.conf`.
//!
//! The parts a test cares about are given as nginx's own text; the rest (ports, folders, the user,
//! logging about itself) is filled in here.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A configuration, gathered part by part.
#[derive(Clone, Debug)]
pub struct Config {
    time_zone: String,
    error_level: String,
    main: String,
    http: String,
    formats: Vec<String>,
    log_parameters: String,
    servers: Vec<Server>,
}

#[derive(Clone, Debug)]
struct Server {
    on: IpAddr,
    /// What `listen` says besides the address.
    listen: &'static str,
    body: String,
}

/// What only the one who starts nginx knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances<'a> {
    /// Where each server listens, in their order.
    pub(crate) addresses: &'a [SocketAddr],
    /// Where nginx answers `generation` and the id of its worker; never logged.
    pub(crate) control: SocketAddr,
    /// Tells one configuration from the next.
    pub(crate) generation: u32,
    /// Whether workers would lose the right to the folder if they became somebody else.
    pub(crate) is_root: bool,
}

impl Config {
    /// Nothing but what every nginx in the lab has: one worker behind a master, as in production.
    pub fn new() -> Config {
        let time_zone = "UTC0".to_owned();
        let error_level = "notice".to_owned();
        let [main, http, log_parameters] = [String::new(), String::new(), String::new()];
        let (formats, servers) = (Vec::new(), Vec::new());
        Config { time_zone, error_level, main, http, formats, log_parameters, servers }
    }

    /// Declares a format by a whole `log_format` directive, and logs every request in it, to the
    /// [`AccessLog`](crate::AccessLog) of its name. nginx writes the logs in the order in which
    /// they were added here.
    #[must_use]
    pub fn log_format(mut self, directive: &str) -> Config {
        let name = directive.split_whitespace().nth(1).unwrap_or_default().to_owned();
        self.http.push_str(directive);
        self.http.push('\n');
        self.access_log(&name)
    }

    /// Logs every request in a format that nginx knows already: `combined`.
    #[must_use]
    pub fn access_log(mut self, format: &str) -> Config {
        self.formats.push(format.to_owned());
        self
    }

    /// How all logs are written: `buffer=32k flush=1s`, `gzip=1`.
    #[must_use]
    pub fn log_parameters(mut self, parameters: &str) -> Config {
        parameters.clone_into(&mut self.log_parameters);
        self
    }

    /// Has the error log tell of clients as well, not only of nginx itself: that a tunnel was
    /// closed because it was idle is told at level `info` and nowhere else.
    #[must_use]
    pub fn tell_of_clients(mut self) -> Config {
        "info".clone_into(&mut self.error_level);
        self
    }

    /// Adds directives outside of any block.
    #[must_use]
    pub fn main(mut self, directives: &str) -> Config {
        self.main.push_str(directives);
        self.main.push('\n');
        self
    }

    /// Adds directives to the `http` block.
    #[must_use]
    pub fn http(mut self, directives: &str) -> Config {
        self.http.push_str(directives);
        self.http.push('\n');
        self
    }

    /// Adds a `server` block with this body on a free port of 127.0.0.1.
    #[must_use]
    pub fn server(self, body: &str) -> Config {
        self.server_on(Ipv4Addr::LOCALHOST, body)
    }

    /// Adds a `server` block with this body on a free port of this loopback address.
    #[must_use]
    pub fn server_on(self, on: impl Into<IpAddr>, body: &str) -> Config {
        self.server_that(on.into(), "", body)
    }

    /// The same, but its port speaks HTTP/2, with prior knowledge
    /// ([RFC 9113 §3.3](https://www.rfc-editor.org/rfc/rfc9113#section-3.3)).
    #[must_use]
    pub fn http2_server_on(self, on: impl Into<IpAddr>, body: &str) -> Config {
        self.server_that(on.into(), " http2", body)
    }

    fn server_that(mut self, on: IpAddr, listen: &'static str, body: &str) -> Config {
        self.servers.push(Server { on, listen, body: body.to_owned() });
        self
    }

    /// The `TZ` nginx is started with; a reload does not change it.
    #[must_use]
    pub fn time_zone(mut self, time_zone: &str) -> Config {
        time_zone.clone_into(&mut self.time_zone);
        self
    }

    pub(crate) fn time_zone_of_start(&self) -> &str {
        &self.time_zone
    }

    /// The formats that are logged, which are the names of the logs.
    pub(crate) fn formats(&self) -> &[String] {
        &self.formats
    }

    /// The loopback address each server wants to listen on.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = IpAddr> {
        self.servers.iter().map(|server| server.on)
    }

    /// The file nginx reads.
    pub(crate) fn text(&self, given: Circumstances<'_>) -> String {
        let Circumstances { addresses, control, generation, is_root } = given;
        let user = if is_root { "user root;\n" } else { "" };
        let mut text = format!(
            "daemon off;\n{user}pid nginx.pid;\nerror_log error.log {};\n{}\
             events {{ worker_connections 256; }}\nhttp {{\n\
             client_body_temp_path temp/body; proxy_temp_path temp/proxy;\n\
             fastcgi_temp_path temp/fastcgi; uwsgi_temp_path temp/uwsgi; \
             scgi_temp_path temp/scgi;\n{}",
            self.error_level, self.main, self.http
        );
        let mut add = |part: std::fmt::Arguments<'_>| {
            // Writing to a String does not fail.
            let _ = text.write_fmt(part);
        };
        if self.formats.is_empty() {
            add(format_args!("access_log off;\n"));
        }
        for format in &self.formats {
            let parameters = &self.log_parameters;
            add(format_args!("access_log logs/{format}.log {format} {parameters};\n"));
        }
        add(format_args!(
            "server {{ listen {control}; access_log off; \
             location / {{ return 200 \"{generation} $pid\"; }} }}\n"
        ));
        for (server, address) in self.servers.iter().zip(addresses) {
            add(format_args!(
                "server {{\nlisten {address}{};\n{}\n}}\n",
                server.listen, server.body
            ));
        }
        add(format_args!("}}\n"));
        text
    }
}

impl Default for Config {
    fn default() -> Config {
        Config::new()
    }
}
