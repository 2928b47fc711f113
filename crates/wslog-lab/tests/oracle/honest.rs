//! Requests as browsers and programs send them, one for every fate.

use wslog_lab::fresh_key;

use crate::case::{Case, Ending};

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                       Chrome/131.0.0.0 Safari/537.36";

/// Where a request goes, and what becomes of it there.
const FATES: [(&str, Ending); 10] = [
    ("/local/", Ending::Answered),
    ("/nowhere", Ending::Answered),
    ("/forbidden/", Ending::Answered),
    ("/ws/", Ending::Answered),
    ("/stripped/", Ending::Answered),
    ("/hang/", Ending::Leaves),
    ("/hang/", Ending::HalfCloses),
    ("/down/", Ending::Answered),
    ("/several/", Ending::Answered),
    ("/moved/", Ending::Answered),
];

/// Every fate, in both protocols, with and without the headers of a handshake.
pub(crate) fn cases() -> impl Iterator<Item = Case> {
    let ordinary = || FATES.into_iter().chain([("/soon/", Ending::Answered)]);
    ["HTTP/1.1", "HTTP/1.0"].into_iter().flat_map(move |protocol| {
        let request = move |target: &str| Case::new("GET", target, protocol).agent(BROWSER);
        let plain = ordinary().map(move |(path, ending)| {
            request(&format!("{path}index?a=b"))
                .header("Referer", "https://a.example/")
                .ends(ending)
        });
        let handshakes = ordinary().map(move |(path, ending)| {
            let ending = if path == "/ws/" { Ending::Opened } else { ending };
            let forwarded = "192.0.2.7, 10.0.21.11";
            let request = request(&format!("{path}?id=168451&transport=websocket"));
            request.header("X-Forwarded-For", forwarded).websocket(fresh_key()).ends(ending)
        });
        plain.chain(handshakes)
    })
}
