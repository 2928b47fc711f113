//! What stands between an Ethernet header and an IP packet: any number of VLAN tags, a PPPoE session,
//! MPLS labels.

use etherparse::{EtherType, ether_type as known};

/// What is behind all of them, by its type; `None` where they are cut off.
pub(super) fn behind(mut ether_type: EtherType, mut data: &[u8]) -> Option<(EtherType, &[u8])> {
    loop {
        (ether_type, data) = match ether_type {
            known::VLAN_TAGGED_FRAME
            | known::PROVIDER_BRIDGING
            | known::VLAN_DOUBLE_TAGGED_FRAME => vlan(data)?,
            PPPOE_SESSION => pppoe(data)?,
            MPLS | MPLS_UPSTREAM => mpls(data)?,
            _ => return Some((ether_type, data)),
        };
    }
}

/// A tag (IEEE 802.1Q §9): priority and number, and the type of what follows.
fn vlan(data: &[u8]) -> Option<(EtherType, &[u8])> {
    let (tag, rest) = data.split_first_chunk::<4>()?;
    let [_, _, high, low] = *tag;
    Some((EtherType(u16::from_be_bytes([high, low])), rest))
}

/// A session's header, and the number of a protocol of PPP
/// ([RFC 2516 §4](https://www.rfc-editor.org/rfc/rfc2516#section-4)).
fn pppoe(data: &[u8]) -> Option<(EtherType, &[u8])> {
    let (header, rest) = data.split_first_chunk::<8>()?;
    let ether_type = match header {
        [0x11, 0, .., 0x00, 0x21] => known::IPV4,
        [0x11, 0, .., 0x00, 0x57] => known::IPV6,
        _ => NO_IP,
    };
    Some((ether_type, rest))
}

/// A label ([RFC 3032 §2.1](https://www.rfc-editor.org/rfc/rfc3032#section-2.1)). The last one does not
/// say what follows: it is IP if it begins like that.
fn mpls(data: &[u8]) -> Option<(EtherType, &[u8])> {
    let (label, rest) = data.split_first_chunk::<4>()?;
    let [_, _, is_last, _] = *label;
    let ether_type = match rest.first().map(|first| first >> 4) {
        _ if is_last & 1 == 0 => MPLS,
        Some(4) => known::IPV4,
        Some(6) => known::IPV6,
        _ => NO_IP,
    };
    Some((ether_type, rest))
}

const PPPOE_SESSION: EtherType = EtherType(0x8864);
const MPLS: EtherType = EtherType(0x8847);
const MPLS_UPSTREAM: EtherType = EtherType(0x8848);

/// A type that nothing has: smaller ones than 1536 are lengths.
const NO_IP: EtherType = EtherType(0);
