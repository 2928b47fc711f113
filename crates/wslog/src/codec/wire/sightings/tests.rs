use super::*;
use crate::codec::wire::sighting::tests::SIGHTING;
use crate::codec::wire::sighting::{Upgrade, UpstreamHeader};

const TABLES: Tables<'_> = Tables { sources: 2, ways: 300, numbering: None };

fn pack(sightings: &[Sighting]) -> Sightings {
    Sightings::of(sightings.iter().map(|sighting| sighting.into_sighting(TABLES).unwrap()))
}

fn some() -> [Sighting; 5] {
    let keyed = Sighting {
        key: Key::Valid([7; 16]),
        byte: 700,
        lines_before: 9,
        asked: Asked::from_numbers(u32::MAX, (1 << 24) - 1).unwrap(),
        client: (1 << 40) - 1,
        ..SIGHTING
    };
    let by_path = Sighting {
        key: Key::None,
        source: 1,
        byte: 5,
        lines_before: 0,
        upgrade: Upgrade::NotLogged,
        is_by_path: true,
        logged_at: None,
        request_time: None,
        upstream_header: UpstreamHeader::Absent,
        path: (1 << 20) - 1,
        way: 299,
        client: 0,
        ..SIGHTING
    };
    let last = Sighting { source: 1, byte: (1 << 44) - 1, lines_before: u32::MAX, ..keyed };
    [SIGHTING, keyed, by_path, Sighting { byte: 6, ..by_path }, last]
}

fn all(sightings: &Sightings) -> Vec<Sighting> {
    let all = sightings.clone().into_all(TABLES).unwrap();
    all.iter().map(Sighting::from).collect()
}

#[test]
fn ok_sightings_are_what_they_were() {
    assert_eq!(all(&pack(&some())), some());
    assert_eq!(all(&Sightings::default()), []);
}

/// Whoever changes these bytes makes another version of the format.
#[test]
fn ok_sightings_are_their_documented_bytes() {
    let [first, keyed, ..] = some();
    let Sightings { kinds, paths, packed } = pack(&[first, keyed]);
    assert_eq!((kinds.len(), paths), (2, vec![3]));
    let client_of_first = [9, 0, 0, 0, 0];
    let front = [&[0, 172, 2, 14, 1, 2, 5, 0, 0][..], &client_of_first].concat();
    let back = [&[0, 144, 3, 4, 0, 2, 5, 0, 1][..], &[7; 16], &[255; 5], &[255; 4]].concat();
    assert_eq!(packed, [front, back].concat());
    let kind = postcard::to_stdvec(&kinds[1]).unwrap();
    assert_eq!(kind, [0, 2, 2, 0, 1, 192, 7, 1, 1, 2, 11, 243, 3, 255, 255, 255, 7, 1, 1]);
}

/// The list with other bytes.
fn forged(forge: fn(&mut Sightings)) -> Sightings {
    let mut sightings = pack(&some());
    forge(&mut sightings);
    sightings
}

#[test]
fn err_what_no_lines_can_have_left() {
    let forgeries: [fn(&mut Sightings); 13] = [
        |all| all.packed.truncate(all.packed.len() - 1),
        |all| all.packed.push(0),
        |all| all.packed.clear(),
        |all| all.packed[0] = 1,
        |all| all.packed[8] = 1,
        |all| all.kinds.clear(),
        |all| all.kinds.push(all.kinds[0]),
        |all| all.kinds[0].source = 1,
        |all| all.kinds[0].is_by_path = true,
        |all| all.kinds[1].server = 1 << 24,
        |all| all.kinds[0].protocol = 101,
        |all| all.paths.truncate(1),
        |all| all.paths[0] = 1 << 20,
    ];
    for (number, forge) in forgeries.iter().enumerate() {
        let error = forged(*forge).into_all(TABLES).unwrap_err();
        assert!(matches!(error, CodecError::Impossible(_)), "forgery {number}");
    }
    for tables in [Tables { sources: 1, ..TABLES }, Tables { ways: 299, ..TABLES }] {
        assert!(pack(&some()).into_all(tables).is_err());
    }
}

/// A sighting that is told in bytes: of which kind, and by how much it is beyond the one before.
#[test]
fn err_places_that_do_not_exist() {
    let lines_before_zero = |all: &mut Sightings| all.packed[3] = 1;
    let beyond: fn(&mut Sightings) = |all| {
        let far = [&[0][..], &[0xff; 9], &[1]].concat();
        all.packed.splice(0..3, far);
    };
    for forge in [lines_before_zero, beyond] {
        assert!(forged(forge).into_all(TABLES).is_err());
    }
}
