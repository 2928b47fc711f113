//! What is read: the inputs that were named, else the logs of an nginx.conf, else standard input.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use wslog::parse::Formats;
use wslog::{Input, NginxConf};

use crate::args::{ReadingArgs, StdinArgs};
use crate::complaint;

/// The inputs of a run.
pub(crate) struct Inputs {
    pub(crate) inputs: Vec<Input>,
    /// Whether no log that was asked for may be missing among them.
    pub(crate) is_complete: bool,
}

impl Inputs {
    /// Those that were named, in the formats that the configuration gives them, if there is one.
    pub(crate) fn find(paths: Vec<PathBuf>, reading: &ReadingArgs) -> Result<Inputs> {
        let conf = configuration(reading, &paths)?;
        Inputs::told(paths, conf.as_ref(), reading, Input::STDIN)
    }

    /// The same, where standard input may be called by another name, if it is one of them.
    pub(crate) fn find_as(
        paths: Vec<PathBuf>,
        reading: &ReadingArgs,
        stdin: &StdinArgs,
    ) -> Result<Inputs> {
        let conf = configuration(reading, &paths)?;
        let is_read = match paths.is_empty() {
            true => conf.is_none(),
            false => paths.iter().any(|path| is_stdin(path)),
        };
        if stdin.name() != Input::STDIN && !is_read {
            bail!("--stdin-name: standard input is not among the inputs");
        }
        Inputs::told(paths, conf.as_ref(), reading, stdin.name())
    }

    /// Those of two sides; the configuration is read once.
    pub(crate) fn find_both(
        one: Vec<PathBuf>,
        other: Vec<PathBuf>,
        reading: &ReadingArgs,
    ) -> Result<(Inputs, Inputs)> {
        let all: Vec<PathBuf> = one.iter().chain(&other).cloned().collect();
        let conf = configuration(reading, &all)?;
        let one = Inputs::told(one, conf.as_ref(), reading, Input::STDIN)?;
        Ok((one, Inputs::told(other, conf.as_ref(), reading, Input::STDIN)?))
    }

    fn told(
        paths: Vec<PathBuf>,
        conf: Option<&NginxConf>,
        reading: &ReadingArgs,
        stdin: &str,
    ) -> Result<Inputs> {
        let format = reading.log_format_name.as_deref();
        match conf {
            None => Ok(Inputs { inputs: named_or_stdin(paths, stdin)?, is_complete: true }),
            Some(conf) if paths.is_empty() => logs_of(conf, format),
            Some(conf) => {
                Ok(Inputs { inputs: told(conf, named(paths, stdin), format)?, is_complete: true })
            }
        }
    }
}

/// The configuration, if there is one, for these inputs; for none, with a word on what its own lack.
fn configuration(reading: &ReadingArgs, paths: &[PathBuf]) -> Result<Option<NginxConf>> {
    let Some(conf) = &reading.nginx_conf else { return Ok(None) };
    if is_stdin(conf) && paths.iter().any(|path| is_stdin(path)) {
        bail!("standard input cannot be both the configuration and a log");
    }
    let conf = read(conf)?;
    if paths.is_empty() {
        conf.left_out().for_each(|log| complaint::warning(&log));
    }
    Ok(Some(conf))
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new(Input::STDIN)
}

fn named(paths: Vec<PathBuf>, stdin: &str) -> Vec<Input> {
    let input = |path: PathBuf| match is_stdin(&path) {
        true => vec![Input::stdin().named(stdin)],
        false => Input::of_path(path),
    };
    paths.into_iter().flat_map(input).collect()
}

fn named_or_stdin(paths: Vec<PathBuf>, stdin: &str) -> Result<Vec<Input>> {
    match paths.is_empty() {
        false => Ok(named(paths, stdin)),
        true if io::stdin().is_terminal() => {
            bail!("no input: name an access log or a folder of them, or pipe one in")
        }
        true => Ok(vec![Input::stdin().named(stdin)]),
    }
}

/// A configuration, with a word on what is wrong in it.
fn read(path: &Path) -> Result<NginxConf> {
    let conf = match is_stdin(path) {
        true => NginxConf::read_from(Input::STDIN, io::stdin())?,
        false => NginxConf::read(path)?,
    };
    conf.problems().iter().for_each(|problem| complaint::warning(&problem.to_string()));
    Ok(conf)
}

/// The configuration's own logs; what is wrong in it may have hidden some.
fn logs_of(conf: &NginxConf, format: Option<&str>) -> Result<Inputs> {
    Ok(Inputs { inputs: conf.inputs(format)?, is_complete: conf.problems().is_empty() })
}

fn told(conf: &NginxConf, inputs: Vec<Input>, format: Option<&str>) -> Result<Vec<Input>> {
    let inputs = inputs.into_iter();
    match format {
        Some(name) => {
            let formats = Formats::from(conf.format(name)?);
            Ok(inputs.map(|input| input.with_formats(formats.clone())).collect())
        }
        None => {
            let told: Result<_, _> = inputs.map(|input| conf.tell(input)).collect();
            told.context("--log-format-name tells which")
        }
    }
}
