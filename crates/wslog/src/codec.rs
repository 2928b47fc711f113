//! What is known after reading lines, as bytes: one versioned and checksummed format for whatever
//! is written to be read again, by this program or on another machine.
//!
//! [`frame`] is the envelope: which kind of file, which version of the format, how long, and a
//! checksum. [`wire`] is what lies in it: plain mirrors of the tables, whose fields in their order
//! *are* the format. Nothing that is read is believed before it has been checked against the rest.

mod error;
pub(crate) mod frame;
pub(crate) mod wire;

#[cfg(test)]
mod tests;

pub(crate) use error::CodecError;
