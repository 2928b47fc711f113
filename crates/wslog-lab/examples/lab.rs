//! Plays one scenario by hand and leaves everything to be looked at; `cargo xtask lab` runs it.
#![expect(clippy::print_stdout, reason = "it is a command")]

use std::env;
use std::path::PathBuf;

use wslog_lab::scenario::{self, Run, Scenario};
use wslog_lab::{Error, Lab};

fn main() -> Result<(), Error> {
    let mut arguments = env::args_os().skip(1);
    let Some(name) = arguments.next() else {
        list();
        return Ok(());
    };
    let scenario: Scenario = name.to_string_lossy().parse()?;
    let folder = match arguments.next() {
        Some(folder) => PathBuf::from(folder),
        None => Lab::new()?.keep(),
    };
    println!("{}", scenario.sentence());
    let run = scenario::run(scenario, &folder)?;
    tell(&run);
    Ok(())
}

fn list() {
    for scenario in Scenario::all() {
        println!("{:<24} {}", scenario.name(), scenario.sentence());
    }
}

/// Attempt by attempt what was sent, what each hop received and logged, and what was seen.
fn tell(run: &Run) {
    for (number, attempt) in run.truth().attempts.iter().enumerate() {
        let saw = attempt.status.map_or_else(|| "nothing".to_owned(), |status| status.to_string());
        let took = attempt.sent_at.zip(attempt.ended_at).map_or(0, |(sent, ended)| ended - sent);
        println!("\nattempt {number}: {} {}", attempt.client, attempt.target());
        println!("  key {}", attempt.key);
        println!("  {:<24} {} -> {saw} after {took} ms", "sent", attempt.protocol);
        for sighting in &attempt.sightings {
            println!(
                "  {:<24} {} -> {} after {} ms",
                format!("received by {}", sighting.hop),
                sighting.protocol,
                sighting.status,
                sighting.request_time,
            );
        }
        if let Some(error) = &attempt.error {
            println!("  the client says: {error}");
        }
    }
    println!("\neverything lies in {}", run.folder().display());
    println!("  truth.json, client.pcap, heads/");
    for hop in run.hops() {
        println!("  {}/: nginx.conf, error.log, logs/ (it was {})", hop.name(), hop.address());
    }
}
