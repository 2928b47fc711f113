//! Any bytes are an HTTP archive, or show where they are not.
#![no_main]

mod exchanges;

use libfuzzer_sys::fuzz_target;
use wslog::capture::Kind;

fuzz_target!(|data: &[u8]| exchanges::hold(Kind::Har, data));
