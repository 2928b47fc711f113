//! Findings that a status, a protocol or a key makes.

use crate::log::{Alike, ESTABLISHED, analyze, found};

#[test]
fn ok_502_and_503_are_nobody_there() {
    for (status, healthy, expected) in [
        (502, 99, "Warning upstream-down"),
        (503, 2, "Warning upstream-down"),
        (502, 1, "Critical upstream-down"),
        (503, 0, "Critical upstream-down"),
    ] {
        let down = Alike { status, ..ESTABLISHED };
        assert_eq!(found(&[Alike { count: healthy, ..ESTABLISHED }, down]), [expected], "{status}");
    }
    let down = Alike { status: 502, ..ESTABLISHED };
    let nowhere = Alike { count: 2, upstream: "-", status: 503, ..ESTABLISHED };
    let finding = &analyze(&[Alike { count: 9, ..ESTABLISHED }, down, nowhere]).findings[0];
    assert_eq!(
        finding.explanation,
        "At edge 3 of 12 (25.0%) of all sightings failed so: 2 sent on to none and 1 by way of 10.0.0.9:80.\n\
         Answered with 502: 1; with 503: 2."
    );
}

#[test]
fn ok_http2_cannot_be_upgraded() {
    for protocol in ["HTTP/2.0", "HTTP/3.0"] {
        for status in [101, 400] {
            let alike = Alike { protocol, status, ..ESTABLISHED };
            assert_eq!(found(&[ESTABLISHED, alike]), ["Warning http2-handshake"], "{protocol}");
        }
    }
    // HTTP/1 with other words in its text.
    assert!(
        found(&[ESTABLISHED, Alike { protocol: "HTTP/2.0", status: 505, ..ESTABLISHED }])
            .is_empty()
    );
}

#[test]
fn ok_a_key_has_16_bytes() {
    for key in
        ["test", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB=="]
    {
        let alike = Alike { key: Some(key), status: 400, ..ESTABLISHED };
        assert_eq!(found(&[ESTABLISHED, alike]), ["Info key-malformed"], "{key}");
    }
}
