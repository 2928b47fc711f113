//! A RST ends a connection if the side that it reaches takes it for one of that connection.

use crate::wire::{ACK, RST, SYN, Segment, Wire};
use crate::{SWITCHING, answer, answers, get, handshake, read_segments, read_wire};

/// What could not be decoded, and how often.
type Undecoded = Vec<(&'static str, u64)>;

/// A conversation with a RST in it, its sequence number so far from the next byte.
fn reset(is_client: bool, distance: i32) -> (Vec<(String, u16)>, Undecoded) {
    let mut wire = Wire::new().from(u32::MAX - 10, u32::MAX - 5).open().client(get("/1"));
    wire = wire.server(answer(200, "")).client(b"");
    wire.segment(is_client, RST | ACK, b"");
    let rst = wire.segments.last_mut().unwrap();
    rst.sequence = rst.sequence.wrapping_add_signed(distance);
    let wire = wire.client(get("/2")).server(answer(404, ""));
    let (exchanges, summary) = read_wire(&wire);
    let undecoded = summary.undecoded.iter().map(|(what, count)| (what.name(), *count)).collect();
    (answers(&exchanges), undecoded)
}

#[test]
fn a_reset_outside_of_the_window_ends_nothing() {
    for is_client in [true, false] {
        for distance in [i32::MIN, -1_000_000, -2, 70_000, 1 << 20, i32::MAX] {
            let (exchanges, undecoded) = reset(is_client, distance);
            assert_eq!(exchanges, [("/1".to_owned(), 200), ("/2".to_owned(), 404)], "{distance}");
            assert_eq!(undecoded, [("stray_reset", 1)], "{distance}");
        }
    }
}

#[test]
fn a_reset_inside_of_the_window_ends_the_connection() {
    for is_client in [true, false] {
        for distance in [0, 1, 1460, 65_535] {
            let (exchanges, undecoded) = reset(is_client, distance);
            assert_eq!(exchanges, [("/1".to_owned(), 200)], "{distance}");
            assert_eq!(undecoded, [("after_end", 2)], "{distance}");
        }
    }
}

#[test]
fn the_next_byte_of_a_tunnel_is_known() {
    let mut wire = Wire::new().open().client(handshake("/ws")).server(SWITCHING);
    for _ in 0..100 {
        wire = wire.server([b'x'; 1400]).client(b"\x8a");
    }
    let (exchanges, summary) = read_wire(&wire.wait(1000).server_ends(RST).client("late"));
    assert_eq!(answers(&exchanges), [("/ws".to_owned(), 101)]);
    assert_eq!(summary.undecoded.keys().map(|it| it.name()).collect::<Vec<_>>(), ["after_end"]);
}

#[test]
fn a_reset_that_cannot_be_judged_is_believed() {
    // A connection that is refused, and one of which one side was captured.
    let mut refused = Wire::new();
    refused.segment(true, SYN, b"");
    refused
        .segments
        .push(Segment { sequence: 0, ..refused.clone().server_ends(RST).segments[1].clone() });
    let one_side = Wire::new().client(get("/1")).client_ends(RST);
    for (segments, count) in [(refused.segments, 0), (one_side.segments, 1)] {
        let late = Segment { payload: b"late".to_vec(), ..segments[0].clone() };
        let late = Segment { flags: ACK, ..late };
        let (exchanges, summary) = read_segments(&[segments, vec![late]].concat());
        assert_eq!(exchanges.len(), count);
        assert!(summary.undecoded.keys().any(|it| it.name() == "after_end"), "{summary:?}");
    }
}
