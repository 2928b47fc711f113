//! Few distinct texts, many mentions: each is kept once and known by a number.

use crate::map::Map;

/// Texts in the order they were first seen. Numbers mean nothing outside one table; reports order
/// by the texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    ids: Map<Box<[u8]>, u32>,
    texts: Vec<Box<[u8]>>,
}

impl Names {
    /// The number of a text; it is kept if it is new.
    pub(crate) fn id(&mut self, text: &[u8]) -> u32 {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.ids.insert(text.into(), id);
        self.texts.push(text.into());
        id
    }

    /// A table of these texts in their order; `None` if one of them comes twice.
    pub(crate) fn from_distinct(texts: &[Vec<u8>]) -> Option<Names> {
        let mut names = Names::default();
        for (before, text) in texts.iter().enumerate() {
            names.id(text);
            if names.texts.len() == before {
                return None;
            }
        }
        Some(names)
    }

    /// The texts in the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.texts.iter().map(|text| &**text)
    }

    #[inline]
    pub(crate) fn text(&self, id: u32) -> &[u8] {
        usize::try_from(id).ok().and_then(|id| self.texts.get(id)).map_or(&[], |text| text)
    }

    /// Takes over another table's texts; the result maps its numbers to this one's.
    pub(crate) fn absorb(&mut self, other: &Names) -> Vec<u32> {
        other.texts.iter().map(|text| self.id(text)).collect()
    }
}

/// Text from a log as a string: bytes that are no UTF-8 are shown as `\xHH`, so that different
/// texts stay different.
pub(crate) fn readable(text: &[u8]) -> String {
    let mut readable = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        readable.push_str(chunk.valid());
        readable.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
    }
    readable
}
