//! What was asked for: keys, and where to look for them.

use std::collections::HashSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use wslog::parse::WebSocketKey;
use wslog::{Input, Wanted};

use crate::args::TraceArgs;

/// Which handshakes, in which inputs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) wanted: Wanted,
    pub(super) inputs: Vec<PathBuf>,
}

/// Most bytes of standard input that are taken for keys: more than half a million of them.
const MOST_BYTES: u64 = 16 << 20;

/// Most characters of a wrong key that are shown.
const MOST_SHOWN: usize = 40;

impl Asked {
    pub(super) fn of(args: &TraceArgs) -> Result<Asked> {
        let TraceArgs { arguments, inputs, .. } = args;
        if let Some(worst) = args.worst {
            let inputs = arguments.iter().chain(inputs).cloned().collect();
            return Ok(Asked { wanted: Wanted::Worst(worst), inputs });
        }
        let (reads_stdin, rest) = match arguments.split_first() {
            Some((first, rest)) if is_stdin(first) => (true, rest),
            _ => (false, &arguments[..]),
        };
        let (mut keys, behind) = leading_keys(rest);
        if let (Some(other), false) = (behind.first(), inputs.is_empty()) {
            let why = wrong(other);
            return Err(why.context("in front of -- there are keys alone"));
        }
        let inputs: Vec<_> = behind.iter().chain(inputs).cloned().collect();
        if reads_stdin {
            let conf = args.reading.nginx_conf.as_deref();
            check_stdin(&inputs, conf)?;
            let stdin = io::stdin().lock();
            keys.splice(0..0, read_keys(stdin)?);
        }
        match (keys.is_empty(), behind.first()) {
            (true, Some(first)) => return Err(wrong(first)),
            (true, None) => bail!("no key: name a Sec-WebSocket-Key, or ask for --worst 5"),
            (false, _) => {}
        }
        let mut seen = HashSet::new();
        keys.retain(|key| seen.insert(*key));
        Ok(Asked { wanted: Wanted::Keys(keys), inputs })
    }
}

/// Keys are read from standard input: no log can be.
fn check_stdin(inputs: &[PathBuf], conf: Option<&Path>) -> Result<()> {
    if inputs.iter().any(|input| is_stdin(input)) || conf.is_some_and(is_stdin) {
        bail!("standard input cannot be both the keys and something else to read");
    }
    if inputs.is_empty() && conf.is_none() {
        bail!("no input: keys come from standard input; name an access log or a folder of them");
    }
    Ok(())
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new(Input::STDIN)
}

/// The arguments in front that are keys, and the others.
fn leading_keys(arguments: &[PathBuf]) -> (Vec<WebSocketKey>, &[PathBuf]) {
    let key =
        |argument: &PathBuf| WebSocketKey::parse(argument.as_os_str().as_encoded_bytes()).ok();
    let keys: Vec<_> = arguments.iter().map_while(key).collect();
    let behind = arguments.get(keys.len()..).unwrap_or_default();
    (keys, behind)
}

/// All keys of a text, with white space between them.
fn read_keys(from: impl Read) -> Result<Vec<WebSocketKey>> {
    let mut text = Vec::new();
    from.take(MOST_BYTES + 1).read_to_end(&mut text).context("standard input")?;
    if text.len() as u64 > MOST_BYTES {
        bail!("standard input: more than {} MiB are too many keys", MOST_BYTES >> 20);
    }
    let mut keys = Vec::new();
    for (line, number) in text.split(|&byte| byte == b'\n').zip(1..) {
        let words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        for word in words {
            let place = || format!("standard input, line {number}");
            keys.push(WebSocketKey::parse(word).map_err(|_| {
                wrong(Path::new(String::from_utf8_lossy(word).as_ref())).context(place())
            })?);
        }
    }
    match keys.is_empty() {
        true => bail!("standard input: there is no key in it"),
        false => Ok(keys),
    }
}

/// What is no key, and why not.
fn wrong(text: &Path) -> anyhow::Error {
    let text = text.display().to_string();
    let found = match text.chars().count() {
        len if len != WebSocketKey::TEXT_LEN => format!("{len} characters"),
        _ if !text.ends_with("==") => "no == at its end".to_owned(),
        _ => "what no 16 bytes are written as".to_owned(),
    };
    let shown: String = text.chars().take(MOST_SHOWN).collect();
    let rest = if text.chars().nth(MOST_SHOWN).is_some() { "..." } else { "" };
    anyhow::anyhow!(
        "{shown}{rest}: expected a Sec-WebSocket-Key, 22 characters of base64 and ==, found {found}"
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Args, Command};

    const KEY: &str = "8+qDYeKJGFTWKB2ov4p5TA==";
    const OTHER: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    fn asked(arguments: &[&str]) -> Result<Asked> {
        let all = ["wslog", "trace"].iter().chain(arguments);
        let Command::Trace(args) = Args::try_parse_from(all)?.command else { bail!("no trace") };
        Asked::of(&args)
    }

    fn key(text: &str) -> WebSocketKey {
        WebSocketKey::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn ok_keys_in_front_and_inputs_behind() {
        let keys = |keys: &[&str]| Wanted::Keys(keys.iter().map(|text| key(text)).collect());
        for (arguments, wanted, inputs) in [
            (&[KEY, "a.log"][..], keys(&[KEY]), &["a.log"][..]),
            (&[KEY, OTHER, KEY, "a.log", "b.log"], keys(&[KEY, OTHER]), &["a.log", "b.log"]),
            (&[KEY], keys(&[KEY]), &[]),
            (&[KEY, "a.log", OTHER], keys(&[KEY]), &["a.log", OTHER]),
            (&[KEY, "--", OTHER], keys(&[KEY]), &[OTHER]),
            (&[KEY, "-"], keys(&[KEY]), &["-"]),
            (&["--worst", "5", KEY, "--", "a.log"], Wanted::Worst(5), &[KEY, "a.log"]),
        ] {
            let inputs = inputs.iter().map(PathBuf::from).collect();
            assert_eq!(asked(arguments).unwrap(), Asked { wanted, inputs }, "{arguments:?}");
        }
    }

    #[test]
    fn err_what_is_no_key_is_named() {
        for (arguments, told) in [
            (&["a.log"][..], "a.log: expected a Sec-WebSocket-Key"),
            (&[], "no key"),
            (&["--", "a.log"], "no key"),
            (&[KEY, "a.log", "--", "b.log"], "a.log: expected"),
            (&["-", "-"], "standard input cannot be both"),
            (&["-"], "no input"),
            (&["--worst", "0", "a.log"], "from 1 to 1000"),
        ] {
            let error = format!("{:#}", asked(arguments).unwrap_err());
            assert!(error.contains(told), "{arguments:?}: {error}");
        }
    }

    #[test]
    fn ok_keys_of_a_text() {
        let text = format!("{KEY}\r\n\n {OTHER}\t{KEY}");
        let keys = read_keys(text.as_bytes()).unwrap();
        assert_eq!(keys, [key(KEY), key(OTHER), key(KEY)]);
        for (text, told) in [
            (" \n", "no key in it"),
            ("8+qDYeKJGFTWKB2ov4p5TA==\nshort", "line 2: short: expected"),
            ("8+qDYeKJGFTWKB2ov4p5TA=!", "no == at its end"),
            ("8+qDYeKJGFTWKB2ov4p5TB==", "no 16 bytes"),
        ] {
            let error = format!("{:#}", read_keys(text.as_bytes()).unwrap_err());
            assert!(error.contains(told), "{error}");
        }
        assert!(read_keys(io::repeat(b' ')).is_err());
    }
}
