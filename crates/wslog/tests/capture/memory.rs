//! What is kept has a bound, and what is forgotten is told.

use wslog::capture::{Exchange, Undecoded};

use crate::wire::{FIN, Wire};
use crate::{SWITCHING, answer, answers, get, handshake, read_segments, read_wire, undecoded};

/// A client with a number, of which there are more than connections are kept.
fn client(number: usize) -> String {
    format!("10.{}.{}.{}:40000", number >> 16, number >> 8 & 0xff, number & 0xff)
}

#[test]
fn connections_that_were_quiet_for_longest_are_forgotten() {
    let (mut segments, kept, more) = (Vec::new(), 1 << 16, 7);
    let mut busy = Wire::between("192.0.2.1:1", "198.51.100.2:80").open().client(get("/busy"));
    segments.append(&mut busy.segments);
    for number in 0..kept + more {
        let wire = Wire::between(&client(number), "198.51.100.2:80").open();
        segments.extend(wire.client(get(&format!("/{number}"))).segments);
        // It is seen again and again, and so it is none of the quiet ones.
        if number % 1000 == 0 {
            busy = busy.client("");
            segments.append(&mut busy.segments);
        }
    }
    segments.extend(busy.server(answer(200, "")).segments);
    let (exchanges, summary) = read_segments(&segments);
    assert_eq!(exchanges.len(), 1 + kept + more);
    assert_eq!(answers(&exchanges[..1]), [("/busy".to_owned(), 200)]);
    // With the busy one there is one more than is kept.
    let lost = exchanges.iter().filter(|exchange| exchange.answer_lost).count();
    assert_eq!((lost, undecoded(&summary)), (more + 1, vec![(Undecoded::Forgotten, 8)]));
    assert!(exchanges[1..=lost].iter().all(|exchange| exchange.answer_lost));
}

#[test]
fn exchanges_wait_for_an_earlier_one_only_so_long() {
    let slow = Wire::between("192.0.2.1:1", "198.51.100.2:80").open().client(get("/slow"));
    let mut fast = Wire::new().open();
    let field = format!("X-Long: {}\r\n", "x".repeat(60_000));
    for number in 0..1300 {
        fast =
            fast.client(format!("GET /{number} HTTP/1.1\r\n{field}\r\n")).server(answer(200, ""));
    }
    let (exchanges, summary) = read_segments(&[slow.segments, fast.segments].concat());
    assert_eq!((exchanges.len(), undecoded(&summary)), (1301, vec![]));
    // 64 MiB are somewhat more than a thousand of them.
    let place = exchanges.iter().position(|exchange| exchange.request.target == b"/slow").unwrap();
    assert!((100..300).contains(&place), "{place}");
}

#[test]
fn requests_without_an_answer_are_kept_up_to_a_limit() {
    let mut wire = Wire::new().open();
    let field = format!("X-Long: {}\r\n", "x".repeat(60_000));
    for number in 0..200 {
        wire = wire.client(format!("GET /{number} HTTP/1.1\r\n{field}\r\n"));
    }
    let (exchanges, summary) = read_wire(&wire.client_ends(FIN));
    assert!((60..80).contains(&exchanges.len()), "{}", exchanges.len());
    assert_eq!(undecoded(&summary), [(Undecoded::MalformedMessage, 1)]);
}

#[test]
fn heads_of_open_tunnels_are_kept_up_to_a_limit() {
    let fields = "a:\r\n".repeat(1000);
    let asked = handshake("/ws/").replace("\r\n\r\n", &format!("\r\n{fields}\r\n"));
    let mut segments = Vec::new();
    let tunnels = 4000;
    for number in 0..tunnels {
        let wire = Wire::between(&client(number), "198.51.100.2:80").open();
        segments.extend(wire.client(&asked).server(SWITCHING).segments);
    }
    let (exchanges, summary) = read_segments(&segments);
    // All were established, and of those that were forgotten it is not known how long they lasted.
    assert_eq!(exchanges.len(), tunnels);
    assert!(exchanges.iter().all(Exchange::is_established));
    let [(Undecoded::Forgotten, forgotten)] = undecoded(&summary)[..] else {
        panic!("{:?}", undecoded(&summary))
    };
    // 256 MiB are the heads of some three thousand of these.
    assert!((500..1500).contains(&forgotten), "{forgotten}");
}
