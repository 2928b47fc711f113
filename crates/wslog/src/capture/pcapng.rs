//! Wireshark's files ([draft-ietf-opsawg-pcapng](https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/)).

use std::io::Read;

use pcap_parser::OptionCode;
use pcap_parser::nom::Err;
use pcap_parser::pcapng::{
    Block, EnhancedPacketBlock, InterfaceDescriptionBlock, SimplePacketBlock, parse_block_be,
    parse_block_le,
};
use pcap_parser::traits::PcapNGPacketBlock;

use super::error::CaptureError;
use super::packet::{Packet, Seen, timestamp};
use super::pcap::at_least;
use super::window::Window;

/// Most interfaces of a section. Packets of others are counted as of an unknown link.
const MAX_INTERFACES: usize = 4096;

/// A link type that no interface has.
pub(super) const NO_LINK: u32 = u32::MAX;

/// Reads all packets of a file. Blocks that hold none are passed over.
///
/// # Errors
/// Where the file is damaged or cut off. The packets before that place were handed on.
pub(super) fn read<R: Read>(
    window: &mut Window<R>,
    each: &mut dyn FnMut(&Packet<'_>),
) -> Result<(), CaptureError> {
    let mut section = Section::default();
    loop {
        let bytes = window.bytes();
        let parse = if section.is_big_endian { parse_block_be } else { parse_block_le };
        let missing = match parse(bytes) {
            Ok((rest, block)) => {
                section.block(window.byte(), &block, each);
                let len = bytes.len() - rest.len();
                window.consume(len);
                continue;
            }
            Err(Err::Incomplete(needed)) => at_least(needed),
            Err(_) => return Err(window.damaged("no block of a pcapng file")),
        };
        if !window.grow(missing)? {
            return Ok(());
        }
    }
}

/// What the blocks of a section have in common.
#[derive(Default)]
struct Section {
    is_big_endian: bool,
    interfaces: Vec<Interface>,
}

struct Interface {
    link_type: u32,
    /// Most bytes that are captured of a packet; 0 for all.
    snap_len: u32,
    /// `None` for a resolution that makes no sense.
    units_per_second: Option<u128>,
    /// Seconds to add.
    offset: i64,
}

impl Section {
    fn block(&mut self, byte: u64, block: &Block<'_>, each: &mut dyn FnMut(&Packet<'_>)) {
        match block {
            Block::SectionHeader(header) => {
                *self = Section { is_big_endian: header.big_endian(), interfaces: Vec::new() };
            }
            Block::InterfaceDescription(block) if self.interfaces.len() < MAX_INTERFACES => {
                let interface = self.interface(block);
                self.interfaces.push(interface);
            }
            Block::EnhancedPacket(block) => each(&self.enhanced(byte, block)),
            Block::SimplePacket(block) => each(&self.simple(byte, block)),
            _ => {}
        }
    }

    fn interface(&self, block: &InterfaceDescriptionBlock<'_>) -> Interface {
        let option = |code| block.options.iter().find(|it| it.code == code);
        let offset = option(OptionCode::IfTsoffset).and_then(|it| it.value.first_chunk().copied());
        let resolution = option(OptionCode::IfTsresol).and_then(|it| it.value.first().copied());
        let offset = offset.unwrap_or_default();
        Interface {
            link_type: block.linktype.0.cast_unsigned(),
            snap_len: block.snaplen,
            units_per_second: units_per_second(resolution.unwrap_or(6)),
            offset: if self.is_big_endian {
                i64::from_be_bytes(offset)
            } else {
                i64::from_le_bytes(offset)
            },
        }
    }

    fn enhanced<'a>(&self, byte: u64, block: &EnhancedPacketBlock<'a>) -> Packet<'a> {
        let number = usize::try_from(block.if_id).unwrap_or(usize::MAX);
        let interface = self.interfaces.get(number);
        let units = u64::from(block.ts_high) << 32 | u64::from(block.ts_low);
        let at = interface.and_then(|it| timestamp(units, it.units_per_second?, it.offset));
        Packet {
            seen: Seen { byte, at },
            link_type: interface.map_or(NO_LINK, |it| it.link_type),
            data: front(block.data, block.caplen),
            missing: block.origlen.saturating_sub(block.caplen),
        }
    }

    /// It belongs to the first interface and does not say when it was captured.
    fn simple<'a>(&self, byte: u64, block: &SimplePacketBlock<'a>) -> Packet<'a> {
        let interface = self.interfaces.first();
        let snap_len = interface.map(|it| it.snap_len).filter(|&len| len > 0).unwrap_or(u32::MAX);
        let data = front(block.data, block.origlen.min(snap_len));
        let captured = u32::try_from(data.len()).unwrap_or(u32::MAX);
        Packet {
            seen: Seen { byte, at: None },
            link_type: interface.map_or(NO_LINK, |it| it.link_type),
            data,
            missing: block.orig_len().saturating_sub(captured),
        }
    }
}

/// The first bytes, or all there are: the rest is padding.
fn front(data: &[u8], len: u32) -> &[u8] {
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    data.get(..len).unwrap_or(data)
}

/// What `if_tsresol` says: a power of ten or, with its first bit, of two.
fn units_per_second(resolution: u8) -> Option<u128> {
    let exponent = u32::from(resolution & 0x7f);
    let base: u128 = if resolution & 0x80 == 0 { 10 } else { 2 };
    base.checked_pow(exponent)
}
