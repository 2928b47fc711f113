//! Captures are recognised by their first bytes, and logs are none.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use wslog::capture::{HEAD_LEN, Kind};

use crate::file::{Clock, Link, Order, pcap, pcapng};

#[test]
fn files_of_packets() {
    for order in Order::ALL {
        for is_nano in [false, true] {
            assert_eq!(Kind::of(&pcap(order, is_nano, Link::Raw, &[])), Some(Kind::Pcap));
        }
        let file = pcapng(order, Link::Raw, Clock::ALL[0], &[]);
        assert_eq!(Kind::of(&file), Some(Kind::Pcapng));
        assert_eq!(Kind::of(&file[..11]), None);
    }
}

#[test]
fn archives() {
    for text in [
        r#"{"log":{"version":"1.2","creator":{}}}"#,
        "\u{feff}\n {\r\n \"log\" : {\n\t\"entries\": []",
        r#"{"log":{"pages":[],"entries":["#,
    ] {
        assert_eq!(Kind::of(text.as_bytes()), Some(Kind::Har), "{text}");
    }
}

#[test]
fn pasted_heads() {
    for text in [
        "GET / HTTP/1.1\r\nHost: a\r\n",
        "\u{feff}\n\n  GET /a b HTTP/1.0\n  Host: a\n",
        "# from the browser\n// the edge\n\nHTTP/1.1 101 \nUpgrade: websocket",
        "* Connected to example.com\n> GET /ws HTTP/1.1\n* about\n> Host: example.com\n>\n",
        "< HTTP/1.1 504 Gateway Time-out\n< Server: nginx\n",
        "$ curl -v http://a/\n> GET / HTTP/1.1\n> Host: a\n",
        "PS C:\\> curl -v http://a/\n> GET / HTTP/1.1\n> Host: a\n",
        "> curl -v http://a/\n> GET / HTTP/1.1\n> Host: a\n",
        "  % Total    % Received\n      Dload  Upload\n> GET / HTTP/1.1\n> Host: a\n",
        "  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\r\
           0     0    0     0    0     0      0      0 --:--:--  0:00:01 --:--:--     0\
         > GET / HTTP/1.1\n> Host: a\n",
        "```http\nGET / HTTP/1.1\nHost: a\n```\n",
        "Request headers:\nGET / HTTP/1.1\nHost: a\n",
        "General\nRequest URL: ws://a/\nResponse Headers (1.2 kB)\nHTTP/1.1 101 x\nServer: a\n",
        "12:34:56.123456 * about\n12:34:56.123456 > GET / HTTP/1.1\n12:34:56.123456 > Host: a\n",
        "< HTTP/2 101\n< server: nginx\n",
        "> GET /ws HTTP/2\n> Host: a\n",
    ] {
        assert_eq!(Kind::of(text.as_bytes()), Some(Kind::Heads), "{text}");
    }
}

#[test]
fn logs_and_other_texts_are_none() {
    for text in [
        "",
        "\n",
        "GET / HTTP/1.1",
        "GET / HTTP/1.1\n",
        "GET / HTTP/1.1 200 612\nHost: a\n",
        "GET / HTTP/1.1\nGET /a:b HTTP/1.1\n",
        "GET / HTTP/1.1\n\nHost: a\n",
        "HTTP/1.1 200 0.001 /a\nHTTP/1.1 404 0.001 /b\n",
        "HTTP/1.1 200\n: a\n",
        "HTTP/1.0 499 60.000 s\n-:3 (byte 698)\n",
        "get / HTTP/1.1\nHost: a\n",
        "see GET / HTTP/1.1\nHost: a\n",
        "> GET / HTTP/1.1\nHost: a\n",
        "12:34:56.123456 GET / HTTP/1.1\nHost: a\n",
        "12:34:56.123456 > GET / HTTP/1.1 200\nHost: a\n",
        "1 2 3 4 5 6 7 8 > GET / HTTP/1.1\n> Host: a\n",
        "$ cat access.log\nGET / HTTP/1.1\nHost: a\n",
        "General: a\nGET / HTTP/1.1\nHost: a\n",
        "HTTP/2 200\nHTTP/2 404\n",
        "192.0.2.1 - - [09/Mar/2018:15:03:40 +0800] \"GET / HTTP/1.1\" 200 1\nHost: a\n",
        r#"{"log":"GET / HTTP/1.1","entries":1,"creator":1}"#,
        r#"{"log":{"level":"info"},"entries":[],"creator":1}"#,
        r#"{"log":{"version":"1","creator":"nginx","entries":3},"status":101}"#,
        r#"{"log":{"comment":"entries\": creator\": ","version":"1"}}"#,
        r#"{"time":"1","log":{"version":"1","creator":1}}"#,
        r#"[{"log":{"version":"1","creator":1}}]"#,
    ] {
        assert_eq!(Kind::of(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn no_log_of_the_test_data_is_a_capture() {
    let mut logs = 0;
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // The captures among it are ones.
                folders.extend(Some(path).filter(|path| !path.ends_with("captures")));
            } else {
                let text = fs::read(&path).unwrap();
                let head = &text[..text.len().min(HEAD_LEN)];
                assert_eq!(Kind::of(head), None, "{}", path.display());
                // Each line may be the first of a log.
                for (at, _) in text.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
                    assert_eq!(Kind::of(&text[at + 1..]), None, "{} at {at}", path.display());
                }
                logs += 1;
            }
        }
    }
    assert!(logs > 20);
}

proptest! {
    #[test]
    fn any_bytes_have_an_answer(bytes: Vec<u8>) {
        let kind = Kind::of(&bytes);
        // Only a file with its magic, or a text with its first words, is one.
        prop_assert!(kind.is_none() || bytes.len() >= 4);
    }
}
