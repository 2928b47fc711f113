//! What answers in captures say.

use serde::{Deserialize, Serialize};

use crate::accepts;
use crate::codec::CodecError;
use crate::codec::wire::number::{each, ensure, total};
use crate::codec::wire::{Sighting, Tables};

/// How many answers fit their keys, and how many do not; the first of these in the order of their places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Accepts {
    verified: u64,
    missing: u64,
    mismatched: u64,
    wrong: Vec<Sighting>,
}

impl From<&accepts::Accepts> for Accepts {
    fn from(accepts: &accepts::Accepts) -> Accepts {
        let ([verified, missing, mismatched], wrong) = accepts.parts();
        Accepts { verified, missing, mismatched, wrong: wrong.map(Sighting::from).collect() }
    }
}

impl Accepts {
    /// The answers, of a partial with these tables.
    pub(super) fn into_accepts(self, tables: Tables<'_>) -> Result<accepts::Accepts, CodecError> {
        let Accepts { verified, missing, mismatched, wrong } = self;
        total([verified, missing, mismatched])?;
        ensure(wrong.len() as u64 <= missing + mismatched, "more wrong answers than are counted")?;
        let wrong = each(wrong, |sighting| sighting.into_sighting(tables))?;
        accepts::Accepts::from_parts([verified, missing, mismatched], wrong)
            .ok_or(CodecError::Impossible("wrong answers that are too many or out of order"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::wire::sighting::tests::SIGHTING;

    const TABLES: Tables<'_> = Tables { sources: 1, ways: 1, numbering: None };

    fn accepts() -> Accepts {
        let wrong = |byte| Sighting { byte, ..SIGHTING };
        Accepts { verified: 1, missing: 2, mismatched: 10, wrong: vec![wrong(8), wrong(9)] }
    }

    #[test]
    fn ok_answers_are_what_they_were() {
        let back = accepts().into_accepts(TABLES).unwrap();
        assert_eq!(Accepts::from(&back), accepts());
    }

    #[test]
    fn err_what_no_capture_can_have_left() {
        let forgeries: [fn(&mut Accepts); 6] = [
            |all| all.verified = u64::MAX,
            |all| all.missing = u64::MAX,
            |all| (all.missing, all.mismatched) = (0, 1),
            |all| all.wrong.swap(0, 1),
            |all| all.wrong = vec![SIGHTING; 11],
            |all| all.wrong[1].way = 1,
        ];
        for (number, forge) in forgeries.iter().enumerate() {
            let mut forged = accepts();
            forge(&mut forged);
            assert!(forged.into_accepts(TABLES).is_err(), "forgery {number}");
        }
    }
}
