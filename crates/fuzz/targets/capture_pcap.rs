//! Any bytes are a libpcap's file, or show where they are not.
#![no_main]

mod exchanges;

use libfuzzer_sys::fuzz_target;
use wslog::capture::Kind;

fuzz_target!(|data: &[u8]| exchanges::hold(Kind::Pcap, data));
