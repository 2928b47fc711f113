//! Prints the exchanges of the given captures, and what else was in them.
//!
//! `cargo run -p wslog --features capture --example exchanges -- FILE...`
#![expect(clippy::print_stdout, reason = "an example is a program")]

use std::fs::File;
use std::io::{self, Read};

use wslog::capture::{self, Exchange, HEAD_LEN, Kind};

fn main() -> io::Result<()> {
    for name in std::env::args_os().skip(1) {
        let (mut file, mut head) = (File::open(&name)?, Vec::new());
        file.by_ref().take(HEAD_LEN as u64).read_to_end(&mut head)?;
        println!("{}", name.display());
        match Kind::of(&head) {
            Some(kind) => {
                let summary =
                    capture::read(kind, head.chain(file), &mut |exchange| show(&exchange));
                println!("  {kind:?}: {summary:?}");
            }
            None => println!("  is no capture"),
        }
    }
    Ok(())
}

fn show(exchange: &Exchange) {
    let request = &exchange.request;
    let (method, target) = (request.method.escape_ascii(), request.target.escape_ascii());
    println!("  at {}: {method} {target} {}", exchange.byte, request.protocol);
    println!("    {:?} -> {:?}", exchange.client, exchange.server);
    for key in exchange.key() {
        println!("    {key:?}, accept {:?}", exchange.accept());
    }
    match &exchange.answer {
        None => println!("    no answer, lost: {}", exchange.answer_lost),
        Some(answer) => {
            let reason = answer.reason.escape_ascii();
            println!("    {} {} {reason}", answer.protocol, answer.status);
        }
    }
    let times = [exchange.started_at, exchange.answered_at, exchange.ended_at];
    println!("    {}", times.map(|at| at.map_or("-".to_owned(), |at| at.to_string())).join(" "));
}
