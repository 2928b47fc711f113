//! Wireshark's files ([draft-ietf-opsawg-pcapng](https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/)).

use std::io::Read;

use pcap_parser::OptionCode;
use pcap_parser::pcapng::{
    Block, EnhancedPacketBlock, InterfaceDescriptionBlock, SimplePacketBlock, parse_block_be,
    parse_block_le,
};
use pcap_parser::traits::PcapNGPacketBlock;

use super::error::CaptureError;
use super::kind::Kind;
use super::packet::{Packet, Seen, timestamp};
use super::pcap;
use super::window::Window;

/// Most interfaces of a section. Packets of others are counted as of an unknown link.
const MAX_INTERFACES: usize = 4096;

/// A link type that no interface has.
pub(super) const NO_LINK: u32 = u32::MAX;

/// Reads all packets of a file. Blocks that hold none are passed over, whatever their size.
///
/// The frame around a block is read here: pcap-parser 0.17 computes with a length that is shorter
/// than the frame.
///
/// # Errors
/// Where the file is damaged or cut off. The packets before that place were handed on.
pub(super) fn read<R: Read>(
    window: &mut Window<R>,
    each: &mut dyn FnMut(&Packet<'_>),
) -> Result<(), CaptureError> {
    let mut section = None;
    loop {
        let Some(frame) = window.bytes().first_chunk::<FRAME>() else {
            let missing = FRAME - window.bytes().len();
            if window.grow(missing)? {
                continue;
            }
            return Ok(());
        };
        if section.is_some() && pcap::begins_file(window.bytes()) {
            return Err(window.damaged("behind a pcapng file the header of a pcap file"));
        }
        let [number, length, magic] = [0, 4, 8].map(|at| field(frame, at));
        if number == SECTION_HEADER {
            section = Section::with_magic(magic);
        }
        let Some(section) = &mut section else {
            return Err(window.damaged("no section of a pcapng file"));
        };
        let len = usize::try_from(section.u32(length)).unwrap_or(usize::MAX);
        if len < FRAME {
            return Err(window.damaged(format!("a block of {len} bytes")));
        }
        if !USEFUL.contains(&section.u32(number)) {
            if section.u32(number) == OBSOLETE_PACKET {
                each(&Packet::unreadable(window.byte()));
            }
            window.skip(len)?;
            continue;
        }
        while window.bytes().len() < len {
            let missing = len - window.bytes().len();
            window.grow(missing)?;
        }
        let block = window.bytes().get(..len).unwrap_or_default();
        let parse = if section.is_big_endian { parse_block_be } else { parse_block_le };
        match parse(block) {
            Ok((_, block)) => section.block(window.byte(), &block, each),
            Err(_) => return Err(window.damaged("a block that contradicts itself")),
        }
        window.consume(len);
    }
}

/// Type, length, and the length once more; in a section's header the magic number comes before the
/// last.
const FRAME: usize = 12;

/// The same in either byte order.
const SECTION_HEADER: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// The types of blocks that are read: interfaces, packets, and packets without a time.
const USEFUL: [u32; 4] = [1, 3, 6, u32::from_be_bytes(SECTION_HEADER)];

/// A block that holds a packet as nobody has written one since 2009.
const OBSOLETE_PACKET: u32 = 2;

/// Whether a file begins here.
pub(super) fn begins_file(bytes: &[u8]) -> bool {
    bytes.starts_with(&SECTION_HEADER) && Kind::of(bytes) == Some(Kind::Pcapng)
}

/// Four bytes of a block's frame.
fn field(frame: &[u8; FRAME], at: usize) -> [u8; 4] {
    frame.get(at..).and_then(|bytes| bytes.first_chunk()).copied().unwrap_or_default()
}

/// What the blocks of a section have in common.
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
    fn with_magic(magic: [u8; 4]) -> Option<Section> {
        let is_big_endian = match magic {
            [0x1a, 0x2b, 0x3c, 0x4d] => true,
            [0x4d, 0x3c, 0x2b, 0x1a] => false,
            _ => return None,
        };
        Some(Section { is_big_endian, interfaces: Vec::new() })
    }

    fn u32(&self, bytes: [u8; 4]) -> u32 {
        if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }

    fn block(&mut self, byte: u64, block: &Block<'_>, each: &mut dyn FnMut(&Packet<'_>)) {
        match block {
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
