//! The nginx under observation: a location for every fate a request can have, and a log in every
//! format.

use wslog_lab::{AccessLog, Backend, Config, Exchange, Lab, Nginx, Otherwise, Tail, accept, send};

use crate::case::{Case, Ending};
use crate::formats::FORMATS;
use crate::truth::{TRUTH, Truth};

/// Milliseconds after which nginx gives up on the backend of `/soon/`.
pub(crate) const PATIENCE_OF_SOON: u64 = 400;

/// A running nginx with its backends.
pub(crate) struct Site {
    nginx: Nginx,
    /// Opens WebSockets, answers 426 to the rest.
    _upgrades: Backend,
    /// Opens WebSockets, never answers the rest.
    hangs: Backend,
    /// Closes without an answer.
    _closes: Backend,
    /// What needs no parser, line by line.
    truths: Tail,
}

impl Site {
    pub(crate) fn start() -> Site {
        Site::start_with("")
    }

    /// With more directives for its servers.
    pub(crate) fn start_with(directives: &str) -> Site {
        let upgrades = Backend::start(Otherwise::Status(426)).unwrap();
        let hangs = Backend::start(Otherwise::Hang).unwrap();
        let closes = Backend::start(Otherwise::Close).unwrap();
        let locations = format!("{directives}\n{}", locations(&upgrades, &hangs, &closes));
        let mut config = Config::new().time_zone("<+0545>-5:45").http(&format!(
            "upstream several {{ server {} max_fails=0; server {} backup; }}",
            closes.address(),
            upgrades.address()
        ));
        for format in FORMATS {
            config = match format.name {
                "combined" => config.access_log(format.name),
                _ => config.log_format(&format.directive()),
            };
        }
        // Last of all, so that the other logs have their line when this one has.
        let config = config
            .log_format(&format!("log_format truth '{TRUTH}';"))
            .server(&locations)
            .server(&format!("client_header_timeout 100ms;\n{locations}"));
        let nginx = Lab::new().unwrap().nginx("edge", &config).unwrap();
        let truths = nginx.access_log("truth").tail();
        Site { nginx, _upgrades: upgrades, hangs, _closes: closes, truths }
    }

    pub(crate) fn log(&self, name: &str) -> AccessLog {
        self.nginx.access_log(name)
    }

    /// Sends a request, waits for its line, and puts both together.
    pub(crate) fn drive(&mut self, case: Case) -> Truth {
        let status = self.exchange(&case);
        Truth::new(case, status, &self.truths.next_line().unwrap())
    }

    /// The status as the client saw it, or as its own behaviour makes it; `None` for an answer
    /// without a status line.
    fn exchange(&self, case: &Case) -> Option<u16> {
        let wire = case.wire();
        let open = |server| {
            let mut client = Exchange::open(self.nginx.address_of(server)).unwrap();
            client.say(&wire).unwrap();
            client
        };
        let open_and_hang = || {
            let hanging = self.hangs.requests().len();
            let client = open(0);
            self.hangs.wait_for_requests(hanging + 1).unwrap();
            client
        };
        match case.ending {
            Ending::Answered => {
                let answer = send(self.nginx.address(), &wire).unwrap();
                assert!(!answer.bytes().is_empty(), "no answer: {case:?}");
                answer.status()
            }
            Ending::Opened => {
                let answer = open(0).head().unwrap();
                let key = case.value("Sec-WebSocket-Key").unwrap();
                let accepted = answer.header("Sec-WebSocket-Accept");
                assert_eq!(accepted, Some(accept(key).as_bytes()), "{case:?}");
                answer.status()
            }
            Ending::Leaves => {
                open_and_hang().leave();
                Some(499)
            }
            Ending::HalfCloses => {
                let mut client = open_and_hang();
                client.half_close().unwrap();
                assert_eq!(client.answer().unwrap().bytes(), b"");
                Some(499)
            }
            Ending::CutOff => {
                open(0).leave();
                Some(400)
            }
            Ending::Stalls => {
                assert_eq!(open(1).answer().unwrap().bytes(), b"");
                Some(408)
            }
        }
    }
}

fn locations(upgrades: &Backend, hangs: &Backend, closes: &Backend) -> String {
    let [upgrades, hangs, closes] = [upgrades, hangs, closes].map(Backend::address);
    format!(
        "server_name edge.example;
        keepalive_timeout 0;
        location / {{ return 404; }}
        location /local/ {{ return 200 \"ok\\n\"; }}
        location /forbidden/ {{ deny all; }}
        location /ws/ {{
            proxy_pass http://{upgrades};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection Upgrade;
        }}
        location /stripped/ {{ proxy_http_version 1.0; proxy_pass http://{upgrades}; \
            proxy_set_header Upgrade \"\"; proxy_set_header Connection close; }}
        location /hang/ {{ proxy_pass http://{hangs}; proxy_set_header Upgrade \"\"; }}
        location /soon/ {{ proxy_pass http://{hangs}; proxy_set_header Upgrade \"\"; \
            proxy_read_timeout {PATIENCE_OF_SOON}ms; }}
        location /down/ {{ proxy_pass http://{closes}; }}
        location /several/ {{ proxy_pass http://several; }}
        location /moved/ {{ proxy_pass http://{closes}; error_page 502 = @elsewhere; }}
        location @elsewhere {{ proxy_pass http://{upgrades}; }}"
    )
}
