use super::*;
use crate::codec::wire::endings::tests::endings;
use crate::codec::wire::profile::tests::profile;
use crate::codec::wire::sighting::tests::SIGHTING;
use crate::codec::wire::sightings::Sightings;

const TABLES: Tables<'_> = Tables { sources: 1, ways: 1, numbering: None };

fn path(hash: u64) -> Path {
    Path {
        hash,
        upgraded: true,
        cells: Vec::new(),
        downgraded: None,
        ages: Vec::new(),
        profile: None,
    }
}

/// Two candidates of one cell on one path.
fn paths() -> Paths {
    let sighting = SIGHTING.into_sighting(TABLES).unwrap();
    let tally = counts::Tally { count: 2, near_mark: 1 };
    let cell = Cell::from((counts::Cell::of_packed(&sighting), tally));
    let ages = vec![(0, endings())];
    let path = Path { cells: vec![cell], ages, profile: Some(profile()), ..path(7) };
    Paths {
        kept: vec![path],
        lost: true,
        keeps_more: true,
        firsts: ByPath::of(vec![(0, sighting)]),
        all: Some(ByPath::of(vec![(0, sighting), (0, sighting)])),
    }
}

#[test]
fn ok_paths_are_what_they_were() {
    let back = paths().into_paths(TABLES).unwrap();
    assert_eq!(back.all.as_ref().map(Vec::len), Some(2));
    assert_eq!(back.inferred().count(), 2);
    assert_eq!(Paths::from(&back), paths());
}

#[test]
fn ok_candidates_on_lost_paths_are_lost() {
    let mut back = paths().into_paths(TABLES).unwrap();
    back.all.iter_mut().flatten().for_each(|(hash, _)| *hash = 8);
    assert_eq!(Paths::from(&back).all, Some(ByPath::default()));
}

#[test]
fn err_what_no_lines_can_have_left() {
    let forgeries: [fn(&mut Paths); 12] = [
        |all| all.kept[0].ages[0].0 = 1,
        |all| all.kept[0].ages = vec![all.kept[0].ages[0].clone(); 2],
        |all| all.kept[0].cells = vec![all.kept[0].cells[0]; 2],
        |all| all.kept[0].cells.clear(),
        |all| all.kept[0] = path(7),
        |all| all.firsts = all.all.clone().unwrap_or_default(),
        |all| all.firsts.paths[0] = 1,
        |all| all.firsts.paths.clear(),
        |all| all.firsts.paths.push(0),
        |all| all.firsts.sightings = Sightings::default(),
        |all| all.all.iter_mut().for_each(|all| all.paths[0] = 1),
        |all| all.all.iter_mut().for_each(|all| all.sightings = Sightings::default()),
    ];
    for (number, forge) in forgeries.iter().enumerate() {
        let mut forged = paths();
        forge(&mut forged);
        assert!(forged.into_paths(TABLES).is_err(), "forgery {number}");
    }
}

#[test]
fn err_paths_that_are_too_many_or_out_of_order() {
    let tables = Tables { sources: 0, ways: 0, numbering: None };
    let read = |hashes: Vec<u64>| {
        let kept = hashes.into_iter().map(path).collect();
        let all = None;
        Paths { kept, lost: true, keeps_more: false, firsts: ByPath::default(), all }
            .into_paths(tables)
    };
    assert!(read((0..65_536).collect()).is_ok());
    for hashes in [(0..65_537).collect(), vec![1, 0], vec![1, 1]] {
        assert!(read(hashes).is_err());
    }
}
