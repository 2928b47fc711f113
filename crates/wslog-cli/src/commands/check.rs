//! `wslog check`: what a configuration means for WebSockets.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use wslog::{Audit, AuditOptions, Input};
use wslog_report::AuditFormat;

use crate::args::CheckArgs;
use crate::complaint;
use crate::exit_status::ExitStatus;
use crate::output::{Places, Target};

/// Where packages put it.
const DEFAULT: &str = "/etc/nginx/nginx.conf";

pub(crate) fn run(args: &CheckArgs) -> Result<ExitStatus> {
    let conf = conf(args.conf.as_deref())?;
    let mut places = Places::beside(&[Input::file(&conf)]);
    let to = Target::open(args.out.as_deref(), &mut places)?;
    let options = AuditOptions { nginx_version: args.nginx_version };
    let audit = match conf == Path::new(Input::STDIN) {
        true => Audit::read_from(Input::STDIN, io::stdin(), &options)?,
        false => Audit::read(&conf, &options)?,
    };
    places.clear()?;
    let format = AuditFormat::from(args.output);
    match format {
        AuditFormat::Patch => to.write_exactly(audit.patch_bytes())?,
        _ => to.write(|to| format.render(&audit, to))?,
    }
    for problem in &audit.problems {
        complaint::warning(&format!("{}: {}", problem.place, problem.reason));
    }
    Ok(match args.fail_on.iter().any(|fail_on| fail_on.is_met_by(&audit.findings)) {
        true => ExitStatus::Met,
        false => ExitStatus::Done,
    })
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
