//! libpcap's files ([draft-ietf-opsawg-pcap](https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/)).

use std::io::Read;

use pcap_parser::nom::{Err, Needed};
use pcap_parser::{
    LegacyPcapBlock, PcapHeader, parse_pcap_frame, parse_pcap_frame_be, parse_pcap_header,
};

use super::error::CaptureError;
use super::kind::Kind;
use super::packet::{Packet, Seen, timestamp};
use super::pcapng;
use super::window::Window;

/// Reads all packets of a file, and of those behind it: `cat a.pcap b.pcap` puts them together.
///
/// # Errors
/// Where the file is damaged or cut off. The packets before that place were handed on.
pub(super) fn read<R: Read>(
    window: &mut Window<R>,
    each: &mut dyn FnMut(&Packet<'_>),
) -> Result<(), CaptureError> {
    while let Some(header) = read_header(window)? {
        read_records(window, &header, each)?;
    }
    Ok(())
}

/// A file's header; `None` if there is no more.
fn read_header<R: Read>(window: &mut Window<R>) -> Result<Option<PcapHeader>, CaptureError> {
    loop {
        let missing = match parse_pcap_header(window.bytes()) {
            Ok((rest, header)) => {
                let len = window.bytes().len() - rest.len();
                window.consume(len);
                return Ok(Some(header));
            }
            Err(Err::Incomplete(needed)) => at_least(needed),
            Err(_) => return Err(window.damaged("no header of a pcap file")),
        };
        if !window.grow(missing)? {
            return Ok(None);
        }
    }
}

/// Reads up to the end, or to another file's header.
fn read_records<R: Read>(
    window: &mut Window<R>,
    header: &PcapHeader,
    each: &mut dyn FnMut(&Packet<'_>),
) -> Result<(), CaptureError> {
    let parse = if header.is_bigendian() { parse_pcap_frame_be } else { parse_pcap_frame };
    loop {
        if begins_file(window.bytes()) {
            return Ok(());
        }
        if pcapng::begins_file(window.bytes()) {
            return Err(window.damaged("behind a pcap file the header of a pcapng file"));
        }
        let missing = match parse(window.bytes()) {
            Ok((rest, record)) => {
                let len = window.bytes().len() - rest.len();
                each(&packet(header, window.byte(), &record));
                window.consume(len);
                continue;
            }
            Err(Err::Incomplete(needed)) => at_least(needed),
            Err(_) => return Err(window.damaged("no record of a pcap file")),
        };
        if !window.grow(missing)? {
            return Ok(());
        }
    }
}

/// Whether another file begins where a record would. As a record it would be of no bytes: version
/// 2.4 is a fraction of a second, and the eight zeros behind it are its lengths.
pub(super) fn begins_file(bytes: &[u8]) -> bool {
    let Some(([magic @ .., v1, v2, v3, v4], rest)) = bytes.split_first_chunk::<8>() else {
        return false;
    };
    let is_version = matches!([*v1, *v2, *v3, *v4], [2, 0, 4, 0] | [0, 2, 0, 4]);
    Kind::of(magic) == Some(Kind::Pcap) && is_version && rest.starts_with(&[0; 8])
}

/// How many bytes a parser misses, as far as it knows.
fn at_least(needed: Needed) -> usize {
    match needed {
        Needed::Size(size) => size.get(),
        Needed::Unknown => 1,
    }
}

fn packet<'a>(header: &PcapHeader, byte: u64, record: &LegacyPcapBlock<'a>) -> Packet<'a> {
    let per_second = if header.is_nanosecond_precision() { 1_000_000_000 } else { 1_000_000 };
    let units = u64::from(record.ts_sec) * per_second + u64::from(record.ts_usec);
    Packet {
        seen: Seen { byte, at: timestamp(units, u128::from(per_second), 0) },
        // The upper half says whether frames end in a checksum.
        link_type: header.network.0.cast_unsigned() & 0xffff,
        data: record.data,
        missing: record.origlen.saturating_sub(record.caplen),
    }
}
