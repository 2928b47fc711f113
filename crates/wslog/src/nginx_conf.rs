//! A configuration on disk: which access logs it writes, and in which formats.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, io};

use wslog_parse::nginx_conf::{self, ConfError, Configuration, File, Logging, Target};
use wslog_parse::{Formats, LogFormat};

use crate::input::identity::FileIdentity;
use crate::input::set::set_of;
use crate::input::source::Input;

/// What an nginx.conf, or the output of `nginx -T`, says about access logs.
#[derive(Clone, Debug)]
pub struct NginxConf {
    name: String,
    /// Where a relative log may lie, the likeliest first.
    prefixes: [PathBuf; 2],
    logging: Logging,
}

/// Why a configuration does not tell a format.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NginxConfError {
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(String, #[source] io::Error),
    /// It is not written in nginx's language.
    #[error(transparent)]
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
        let configuration = read_configuration(path)?;
        Ok(NginxConf::of(&path.display().to_string(), &configuration))
    }

    /// The same from anywhere, under the name errors will use for it.
    ///
    /// # Errors
    /// As [`NginxConf::read`].
    pub fn read_from(name: &str, reader: impl Read) -> Result<NginxConf, NginxConfError> {
        Ok(NginxConf::of(name, &read_configuration_from(name, reader)?))
    }

    fn of(name: &str, configuration: &Configuration) -> NginxConf {
        // The output of `nginx -T` says where the configuration came from.
        let first = configuration.directives().first().map(|directive| directive.place().file);
        let prefixes = prefixes(Path::new(first.as_deref().unwrap_or(name)));
        NginxConf { name: name.to_owned(), prefixes, logging: configuration.logging() }
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
            return Err(NginxConfError::NoFile(self.name.clone()));
        }
        let input = |(path, names): (PathBuf, Vec<&str>)| {
            Ok(Input::file(path).with_formats(self.formats(&names)?))
        };
        logs.into_iter().map(input).collect()
    }

    /// Gives an input the formats of the `access_log` that writes it, or wrote it before it was
    /// rotated or copied: the same file, the same log, or the same file name. An error log needs none.
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
        if names.is_empty() && input.begins_like_error_log() {
            return Ok(input);
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
            let path = PathBuf::from(String::from_utf8_lossy(path).into_owned());
            if !path.starts_with("/dev") {
                logs.entry(self.resolve(&path)).or_default().push(&log.format);
            }
        }
        logs
    }

    /// The access logs that no file can be named for, and why.
    pub fn left_out(&self) -> impl Iterator<Item = String> {
        self.logging.access_logs.iter().filter_map(|log| {
            let why = match &log.target {
                Target::Variable(_) => "its name has variables in it; name the files themselves",
                Target::Syslog(_) => "it goes to syslog",
                Target::Off | Target::File(_) => return None,
            };
            Some(format!("{}: an access_log is not read: {why}", log.place))
        })
    }

    /// Where a relative log lies: where there is such a file.
    fn resolve(&self, path: &Path) -> PathBuf {
        let [first, second] = self.prefixes.each_ref().map(|prefix| prefix.join(path));
        if second.exists() && !first.exists() { second } else { first }
    }

    fn formats(&self, names: &[&str]) -> Result<Formats, NginxConfError> {
        let mut names = names.to_vec();
        names.sort_unstable();
        names.dedup();
        let formats: Result<Vec<_>, _> = names.iter().map(|name| self.format(name)).collect();
        Ok(Formats::any_of(formats?))
    }

    /// The format it defines, if it is the only one; nginx's own if it defines none.
    fn only_format(&self) -> Option<&str> {
        match self.logging.formats.as_slice() {
            [only] | [_, only] => Some(&only.name),
            _ => None,
        }
    }

    fn names(&self) -> String {
        let names = self.logging.formats.iter().map(|format| format.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }
}

/// Reads a configuration with everything it includes.
///
/// # Errors
/// [`NginxConfError::Unreadable`], [`NginxConfError::Syntax`].
pub(crate) fn read_configuration(path: &Path) -> Result<Configuration, NginxConfError> {
    let name = path.display().to_string();
    match fs::File::open(path) {
        Ok(file) => read_configuration_from(&name, file),
        Err(error) => Err(NginxConfError::Unreadable(name, error)),
    }
}

/// The same from anywhere, under the name of the main file.
///
/// # Errors
/// As [`read_configuration`].
pub(crate) fn read_configuration_from(
    name: &str,
    reader: impl Read,
) -> Result<Configuration, NginxConfError> {
    let text = read_whole(reader);
    let text = text.map_err(|error| NginxConfError::Unreadable(name.to_owned(), error))?;
    Ok(nginx_conf::parse(name, &text, included)?)
}

/// A relative name starts from nginx's prefix, which only nginx knows: by default the folder above
/// the configuration's, where distributions do not set it to the same. A configuration that comes
/// through a pipe lies nowhere.
fn prefixes(main: &Path) -> [PathBuf; 2] {
    let here = || PathBuf::from("");
    if main.starts_with("/dev") || main.starts_with("/proc") || main == Path::new(Input::STDIN) {
        return [here(), here()];
    }
    let folder = main.parent().map_or_else(here, Path::to_owned);
    let absolute = std::path::absolute(main).ok();
    let above = absolute.as_deref().and_then(Path::parent).and_then(Path::parent);
    [folder, above.map_or_else(here, Path::to_owned)]
}

/// A whole text, unless it is longer than any configuration.
fn read_whole(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    reader.take(nginx_conf::MAX_LEN as u64 + 1).read_to_end(&mut text)?;
    match text.len() > nginx_conf::MAX_LEN {
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, "is too long for a configuration")),
        false => Ok(text),
    }
}

/// The files that an `include` names, in the order of their names; a leading dot is matched by a
/// dot only.
fn included(pattern: &str) -> Result<Vec<File>, String> {
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..Default::default() };
    let paths = glob::glob_with(pattern, options).map_err(|error| error.to_string())?;
    let file = |path: Result<PathBuf, glob::GlobError>| {
        let path = path.map_err(|error| error.to_string())?;
        let text = fs::File::open(&path).and_then(read_whole);
        let text = text.map_err(|error| error.to_string())?;
        Ok(File { name: path.display().to_string(), text })
    };
    paths.map(file).collect()
}
