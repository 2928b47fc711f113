//! A configuration on disk: which access logs it writes, and in which formats.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use wslog_parse::nginx_conf::{self, ConfError, File, Logging, Target};
use wslog_parse::{Formats, LogFormat};

use crate::input::identity::FileIdentity;
use crate::input::set::set_of;
use crate::input::source::Input;

/// What an nginx.conf, or the output of `nginx -T`, says about access logs.
#[derive(Clone, Debug)]
pub struct NginxConf {
    path: PathBuf,
    logging: Logging,
}

/// Why a configuration does not tell a format.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NginxConfError {
    /// The file cannot be read.
    #[error("{0}: {1}")]
    Unreadable(String, #[source] io::Error),
    /// It is not written in nginx's language.
    #[error("{0}")]
    Syntax(#[from] ConfError),
    /// No `log_format` has this name; those that there are.
    #[error("no log_format \"{0}\"; there are {1}")]
    NoFormat(String, String),
    /// It does not say which of its formats an input has; those that there are.
    #[error("no access_log writes {0}, so its format may be any of {1}")]
    NoAccessLog(String, String),
    /// No `access_log` is a file.
    #[error("{0}: no access_log in it is a file; name the logs to read")]
    NoFile(String),
}

impl NginxConf {
    /// Reads a configuration with everything it includes.
    ///
    /// # Errors
    /// [`NginxConfError::Unreadable`], [`NginxConfError::Syntax`].
    pub fn read(path: &Path) -> Result<NginxConf, NginxConfError> {
        let name = path.display().to_string();
        let text =
            fs::read(path).map_err(|error| NginxConfError::Unreadable(name.clone(), error))?;
        let configuration = nginx_conf::parse(&name, &text, included)?;
        Ok(NginxConf { path: path.to_owned(), logging: configuration.logging() })
    }

    /// What could not be read of it, and what nginx would refuse.
    pub fn problems(&self) -> &[ConfError] {
        &self.logging.problems
    }

    /// The format of this name.
    ///
    /// # Errors
    /// [`NginxConfError::NoFormat`]; [`NginxConfError::Syntax`] when it cannot be compiled.
    pub fn format(&self, name: &str) -> Result<LogFormat, NginxConfError> {
        let defined = self
            .logging
            .format(name)
            .ok_or_else(|| NginxConfError::NoFormat(name.to_owned(), self.names()))?;
        Ok(defined.format.clone()?)
    }

    /// The files that its `access_log`s write, each with its formats; only those in one format
    /// where it is named.
    ///
    /// # Errors
    /// [`NginxConfError::NoFile`], and those of [`NginxConf::format`].
    pub fn inputs(&self, format: Option<&str>) -> Result<Vec<Input>, NginxConfError> {
        let mut logs = self.logs();
        if let Some(format) = format {
            self.format(format)?;
            logs.retain(|_, names| names.contains(&format));
        }
        if logs.is_empty() {
            return Err(NginxConfError::NoFile(self.path.display().to_string()));
        }
        let input = |(path, names): (PathBuf, Vec<&str>)| {
            Ok(Input::file(path).with_formats(self.formats(&names)?))
        };
        logs.into_iter().map(input).collect()
    }

    /// Gives an input the formats of the `access_log` that writes it, or wrote it before it was
    /// rotated or copied: the same file, the same log, or the same file name.
    ///
    /// # Errors
    /// [`NginxConfError::NoAccessLog`] when there is none, and several formats to choose from; those
    /// of [`NginxConf::format`].
    pub fn tell(&self, input: Input) -> Result<Input, NginxConfError> {
        let logs = self.logs();
        let file = input.identity();
        let same_file =
            |path: &Path| file.is_some() && FileIdentity::of(path).as_ref() == file.as_ref();
        let log = set_of(input.name());
        let same_log = |path: &Path| path.display().to_string() == log;
        let same_name = |path: &Path| path.file_name() == Path::new(&log).file_name();
        let same: [&dyn Fn(&Path) -> bool; 3] = [&same_file, &same_log, &same_name];
        let mut names: Vec<&str> = Vec::new();
        for is_same in same {
            if names.is_empty() {
                let written = logs.iter().filter(|(path, _)| is_same(path));
                names = written.flat_map(|(_, names)| names.iter().copied()).collect();
            }
        }
        if names.is_empty() {
            names = self.only_format().map(|name| vec![name]).ok_or_else(|| {
                NginxConfError::NoAccessLog(input.name().to_owned(), self.names())
            })?;
        }
        Ok(input.with_formats(self.formats(&names)?))
    }

    /// The log files, with the names of the formats that are written to each.
    fn logs(&self) -> BTreeMap<PathBuf, Vec<&str>> {
        let mut logs: BTreeMap<PathBuf, Vec<&str>> = BTreeMap::new();
        for log in &self.logging.access_logs {
            let Target::File(path) = &log.target else { continue };
            let path = self.resolve(Path::new(String::from_utf8_lossy(path).as_ref()));
            if !path.starts_with("/dev") {
                logs.entry(path).or_default().push(&log.format);
            }
        }
        logs
    }

    /// A relative name starts from nginx's prefix, which only nginx knows: the configuration's
    /// folder, or the one above it.
    fn resolve(&self, path: &Path) -> PathBuf {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let above = folder.parent().map(|above| above.join(path));
        above.filter(|above| above.exists()).unwrap_or_else(|| folder.join(path))
    }

    fn formats(&self, names: &[&str]) -> Result<Formats, NginxConfError> {
        let mut names = names.to_vec();
        names.sort_unstable();
        names.dedup();
        let formats: Result<Vec<_>, _> = names.iter().map(|name| self.format(name)).collect();
        Ok(Formats::any_of(formats?))
    }

    /// The format it defines, if it is the only one.
    fn only_format(&self) -> Option<&str> {
        let mut defined = self.logging.formats.iter().filter(|format| !format.is_predefined());
        let only = defined.next()?;
        defined.next().is_none().then_some(&only.name)
    }

    fn names(&self) -> String {
        let names = self.logging.formats.iter().map(|format| format.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }
}

/// The files that an `include` names, in the order of their names; a leading dot is matched by a
/// dot only.
fn included(pattern: &str) -> Result<Vec<File>, String> {
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..Default::default() };
    let paths = glob::glob_with(pattern, options).map_err(|error| error.to_string())?;
    let file = |path: Result<PathBuf, glob::GlobError>| {
        let path = path.map_err(|error| error.to_string())?;
        let text = fs::read(&path).map_err(|error| error.to_string())?;
        Ok(File { name: path.display().to_string(), text })
    };
    paths.map(file).collect()
}
