//! A path, whatever bytes its name is made of.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
    path.as_os_str().as_encoded_bytes().serialize(to)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
    of_bytes(Vec::deserialize(from)?).map_err(serde::de::Error::custom)
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere not all bytes are a name")]
fn of_bytes(bytes: Vec<u8>) -> Result<PathBuf, std::string::FromUtf8Error> {
    use std::os::unix::ffi::OsStringExt;

    Ok(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(not(unix))]
fn of_bytes(bytes: Vec<u8>) -> Result<PathBuf, std::string::FromUtf8Error> {
    Ok(String::from_utf8(bytes)?.into())
}
