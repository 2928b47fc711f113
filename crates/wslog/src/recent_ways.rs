//! The ways that were asked for last, by their texts: as a rule it is one of them that is asked for
//! next.

use crate::names::same;
use crate::recent::Recent;

/// A way as a line tells it.
pub(crate) struct WayTexts<'t> {
    pub(crate) node: &'t [u8],
    pub(crate) upstream: &'t [u8],
    /// What the line calls its nginx, in this source set.
    pub(crate) name: Option<&'t [u8]>,
    pub(crate) set: u16,
}

impl WayTexts<'_> {
    /// Where it is looked for. Ways differ in the last bytes of their texts, if they do.
    #[inline(always)]
    pub(crate) fn slot(&self) -> usize {
        let last_bytes = |text: &[u8]| match text.last_chunk() {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => text.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)),
        };
        let name = self.name.unwrap_or_default();
        let [a, b, c] = [self.node, self.upstream, name].map(last_bytes);
        Recent::slot(a ^ b.rotate_left(21) ^ c.rotate_left(42))
    }
}

/// One way for each slot.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentWays(Vec<Option<RecentWay>>);

impl RecentWays {
    #[inline(always)]
    pub(crate) fn get(&self, slot: usize) -> Option<&RecentWay> {
        self.0.get(slot)?.as_ref()
    }

    #[cold]
    pub(crate) fn set(&mut self, slot: usize, way: RecentWay) {
        self.0.resize(Recent::LEN, None);
        self.0[slot % Recent::LEN] = Some(way);
    }
}

/// A way's number, and the texts it was found by.
#[derive(Clone, Debug)]
pub(crate) struct RecentWay {
    number: u32,
    set: u16,
    has_name: bool,
    node_end: usize,
    upstream_end: usize,
    /// The node's, the upstream server's, and the name, one behind the other.
    texts: Box<[u8]>,
}

impl RecentWay {
    pub(crate) fn new(texts: &WayTexts<'_>, number: u32) -> RecentWay {
        let WayTexts { node, upstream, name, set } = *texts;
        RecentWay {
            number,
            set,
            has_name: name.is_some(),
            node_end: node.len(),
            upstream_end: node.len() + upstream.len(),
            texts: [node, upstream, name.unwrap_or_default()].concat().into(),
        }
    }

    /// Its number, if these are its texts.
    #[inline(always)]
    pub(crate) fn number_of(&self, texts: &WayTexts<'_>) -> Option<u32> {
        let (node, rest) = self.texts.split_at_checked(self.node_end)?;
        let (upstream, name) = rest.split_at_checked(self.upstream_end - self.node_end)?;
        let is_same = self.set == texts.set
            && self.has_name == texts.name.is_some()
            && same(node, texts.node)
            && same(upstream, texts.upstream)
            && same(name, texts.name.unwrap_or_default());
        is_same.then_some(self.number)
    }
}
