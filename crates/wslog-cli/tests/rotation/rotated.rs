//! Rotation, damage, and kills.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::bench::{Bench, Dice, Lines, PATIENCE};

#[test]
fn ok_every_line_is_counted_once_across_rotations_and_kills() {
    let mut bench = Bench::new();
    let (mut dice, mut lines) = (Dice(88_172_645_463_325_252), Lines(0));
    bench.append(&lines.next(10));
    bench.start();
    bench.wait_for("state");
    for rotation in 1..=100 {
        for _ in 0..=dice.below(4) {
            let count = 1000 + dice.below(7000);
            let text = lines.next(count);
            // Torn anywhere, as a reader may see it.
            let (front, rest) = text.split_at(usize::try_from(dice.below(1000)).unwrap());
            bench.append(front);
            if dice.below(3) == 0 {
                thread::sleep(Duration::from_millis(dice.below(15)));
            }
            bench.append(rest);
            if dice.below(4) == 0 {
                bench.kill();
                bench.start();
            }
        }
        let is_down = dice.below(3) == 0;
        if is_down {
            bench.kill();
        }
        match dice.below(4) {
            0 => bench.copy_and_truncate(rotation),
            1 => {
                bench.rename(rotation);
                bench.append("");
                bench.compress(rotation);
            }
            2 => {
                // Written to under its new name, as nginx does until it is told.
                bench.rename(rotation);
                let old = bench.path(&format!("access.log.{rotation}"));
                let mut old = OpenOptions::new().append(true).open(old).unwrap();
                bench.append(&lines.next(100));
                old.write_all(lines.next(100).as_bytes()).unwrap();
            }
            _ => {
                bench.rename(rotation);
                thread::sleep(Duration::from_millis(dice.below(20)));
            }
        }
        if is_down {
            bench.append(&lines.next(50));
            bench.start();
        }
    }
    bench.append(&lines.next(10));
    assert!(lines.0 > 1_000_000, "{} lines", lines.0);
    bench.expect(lines.0);
    let mut told = String::new();
    File::open(bench.path("stderr")).unwrap().read_to_string(&mut told).unwrap();
    assert!(!told.contains("lost"), "{told}");
}

#[test]
fn ok_a_first_line_of_more_than_a_megabyte_holds_nothing_up() {
    let mut bench = Bench::new();
    bench.append(&("x".repeat(1_200_000) + "\n" + &Lines(0).next(20)));
    bench.start();
    let until = Instant::now() + PATIENCE;
    while bench.lines() != Some(21) {
        assert!(Instant::now() < until, "{:?} lines", bench.lines());
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(bench.report().unwrap()["sightings"]["total"], 20);
}

/// One member of a compressed log, as nginx writes it.
fn member(folder: &Path, text: &str) -> Vec<u8> {
    fs::write(folder.join("member"), text).unwrap();
    let gzip = Command::new("gzip").arg("-c").arg(folder.join("member")).output().unwrap();
    assert!(gzip.status.success());
    gzip.stdout
}

#[test]
fn ok_a_damaged_member_hides_nothing_behind_it() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    let folder = bench.folder.path().to_owned();
    let [first, torn, last] = [10, 10, 10].map(|count| member(&folder, &lines.next(count)));
    lines.0 -= 10;
    fs::write(bench.path("access.log"), [&first[..], &torn[..torn.len() / 2], &last].concat())
        .unwrap();
    bench.start();
    // The ten lines of the torn one, numbers 10 to 19, are lost.
    let until = Instant::now() + PATIENCE;
    while bench.lines() != Some(20) {
        assert!(Instant::now() < until, "{:?} lines", bench.lines());
        thread::sleep(Duration::from_millis(20));
    }
    let told = fs::read_to_string(bench.path("stderr")).unwrap();
    assert!(told.contains("is damaged"), "{told}");
    bench.rename(1);
    fs::write(bench.path("access.log"), member(&folder, &lines.next(20))).unwrap();
    while bench.lines() != Some(40) {
        assert!(Instant::now() < until, "{:?} lines", bench.lines());
        thread::sleep(Duration::from_millis(20));
    }
}

/// Where it was read to in the old bytes says nothing about the new ones.
#[test]
fn err_a_compressed_log_that_is_unpacked_meanwhile_is_told_and_not_misread() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    let folder = bench.folder.path().to_owned();
    let first = lines.next(100);
    bench.start();
    bench.wait_for("state");
    let before = bench.state_len();
    fs::write(bench.path("access.log"), member(&folder, &first)).unwrap();
    bench.expect_in_state(100, before);
    bench.kill();
    fs::write(bench.path("access.log.1"), first).unwrap();
    fs::write(bench.path("access.log"), member(&folder, &lines.next(20))).unwrap();
    bench.start();
    bench.expect(120);
    let told = fs::read_to_string(bench.path("stderr")).unwrap();
    assert!(told.contains("is lost"), "{told}");
}

#[test]
fn err_lines_that_are_gone_are_told() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    bench.start();
    bench.wait_for("state");
    let before = bench.state_len();
    bench.append(&lines.next(100));
    bench.expect_in_state(100, before);
    bench.kill();
    // Truncated without a copy: the same file with another text.
    fs::write(bench.path("access.log"), lines.next(20)).unwrap();
    bench.start();
    bench.expect(120);
    let told = fs::read_to_string(bench.path("stderr")).unwrap();
    assert!(told.contains("is lost"), "{told}");
}

#[test]
fn ok_a_copy_may_be_written_over_the_one_before() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    bench.append(&lines.next(10));
    bench.start();
    bench.expect(10);
    for _ in 0..5 {
        bench.append(&lines.next(20));
        thread::sleep(Duration::from_millis(50));
        bench.copy_and_truncate(1);
        thread::sleep(Duration::from_millis(50));
    }
    bench.append(&lines.next(10));
    bench.expect(lines.0);
}

#[test]
fn ok_a_damaged_rotated_log_is_told_of_and_keeps_no_other_from_being_read() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    bench.append(&lines.next(10));
    bench.start();
    bench.expect(10);
    bench.kill();
    bench.append(&lines.next(4000));
    bench.rename(1);
    bench.compress(1);
    let path = bench.path("access.log.1.gz");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    bench.append(&lines.next(10));
    bench.start();
    let until = Instant::now() + PATIENCE;
    let told = || fs::read_to_string(bench.path("stderr")).unwrap();
    while !told().contains("cannot be read whole") || bench.lines().is_none_or(|lines| lines < 21) {
        assert!(Instant::now() < until, "{:?} lines; {}", bench.lines(), told());
        thread::sleep(Duration::from_millis(20));
    }
    // The last ten lines, the first ten, and what is left of those between.
    let found = bench.lines().unwrap();
    assert!((21..4020).contains(&found), "{found}");
}
