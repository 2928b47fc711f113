//! `wslog check`: what a configuration means for WebSockets.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use wslog::parse::nginx_conf::{MAX_LEN, SlashComment, slash_comments};
use wslog::{Analysis, Audit, AuditOptions, Input, NginxConf, NginxConfError, Options, survey};
use wslog_report::AuditFormat;

use crate::args::CheckArgs;
use crate::commands::analyze::status;
use crate::exit_status::ExitStatus;
use crate::output::{Places, Target};
use crate::{complaint, reading};

/// Where packages put it.
const DEFAULT: &str = "/etc/nginx/nginx.conf";

pub(crate) fn run(args: &CheckArgs) -> Result<ExitStatus> {
    let conf = conf(args.conf.as_deref())?;
    let is_stdin = conf == Path::new(Input::STDIN);
    // A pipe can be read once.
    let is_file = !is_stdin && conf.is_file();
    let told = (is_file && !args.with.is_empty()).then(|| NginxConf::read(&conf)).transpose()?;
    let inputs = inputs(&args.with, told.as_ref());
    let mut places = Places::beside(&inputs).and_beside(&[Input::file(&conf)]);
    let to = Target::open(args.out.as_deref(), &mut places)?;

    let logs = match inputs.is_empty() {
        true => None,
        false => Some(read(inputs)?),
    };
    let options = AuditOptions { nginx_version: args.nginx_version, logs: logs.as_ref() };
    let audit = match is_stdin {
        true => Audit::read_from(Input::STDIN, io::stdin(), &options),
        false => Audit::read(&conf, &options),
    };
    let audit = match audit {
        Err(NginxConfError::Syntax(error)) => {
            complaint::error(&anyhow!("{error}"));
            slashes(&conf, [&*error.place().file]);
            return Ok(ExitStatus::Error);
        }
        audit => audit?,
    };
    places.clear()?;
    let format = AuditFormat::from(args.output);
    match format {
        AuditFormat::Patch => to.write_exactly(audit.patch_bytes())?,
        _ => to.write(|to| format.render(&audit, to))?,
    }
    for problem in &audit.problems {
        let text = format!("{}: {}", problem.place, problem.reason);
        match problem.hides_findings {
            true => complaint::error(&anyhow!(text)),
            false => complaint::warning(&text),
        }
    }
    let hiding = audit.problems.iter().filter(|it| it.hides_findings);
    let files: BTreeSet<&str> = hiding.map(|it| it.place.file.as_str()).collect();
    slashes(&conf, files);
    let read = logs.map_or(ExitStatus::Done, |logs| status(&logs.problems));
    let is_met = args.fail_on.iter().any(|fail_on| fail_on.is_met_by(&audit.findings));
    Ok(match read {
        // What is wrong in it may have hidden a finding.
        _ if audit.problems.iter().any(|it| it.hides_findings) => ExitStatus::Error,
        ExitStatus::Done if is_met => ExitStatus::Met,
        status => status,
    })
}

/// Names the comments of these files that are none, if there are any: nginx told of the first at most.
fn slashes<'f>(conf: &Path, files: impl IntoIterator<Item = &'f str>) {
    const MOST: usize = 10;
    // What stands in a dump stands elsewhere by now, if at all.
    let is_header = |line: &[u8]| line.starts_with(b"# configuration file ");
    if !conf.is_file() || text(conf).split(|&byte| byte == b'\n').any(is_header) {
        return;
    }
    for file in files {
        let comments = slash_comments(file, &text(Path::new(file)));
        for SlashComment { place, lacks_semicolon } in comments.iter().take(MOST) {
            let semicolon =
                if *lacks_semicolon { ", and there is no \";\" in front of it" } else { "" };
            complaint::notice(&format!("{place}: write \"#\" instead of \"//\"{semicolon}"));
        }
        if let Some(left @ 1..) = comments.len().checked_sub(MOST) {
            complaint::notice(&format!("{file}: and {left} more"));
        }
    }
}

/// The start of a file, as much as a configuration may have; nothing if it cannot be read.
fn text(path: &Path) -> Vec<u8> {
    let mut text = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_LEN as u64).read_to_end(&mut text));
    read.map_or_else(|_| Vec::new(), |_| text)
}

fn conf(named: Option<&Path>) -> Result<PathBuf> {
    match named {
        Some(path) => Ok(path.to_owned()),
        None if Path::new(DEFAULT).exists() => Ok(PathBuf::from(DEFAULT)),
        None => bail!(
            "no configuration: there is no {DEFAULT}; name an nginx.conf, or pipe `nginx -T` into \
             `wslog check -`"
        ),
    }
}

/// The logs. What no named format fits is in one that the configuration defines.
fn inputs(paths: &[PathBuf], conf: Option<&NginxConf>) -> Vec<Input> {
    let inputs = paths.iter().flat_map(Input::of_path);
    let tell = |input: Input| {
        let (Some(conf), Some(path)) = (conf, input.path().map(Path::to_owned)) else {
            return input;
        };
        let is_known = survey(Input::file(&path)).is_ok_and(|survey| survey.chosen.is_some());
        match is_known {
            true => input,
            false => conf.tell(input).unwrap_or_else(|_| Input::file(path)),
        }
    };
    inputs.map(tell).collect()
}

fn read(inputs: Vec<Input>) -> Result<Analysis> {
    let options = Options { targets: true, ..Options::default() };
    reading::read(options, inputs, |analyzer| analyzer.run())
}
