//! Entries and handshakes as the rows of tables, batch by batch, for other tools to ask.

mod batch;
mod entries;
mod handshakes;
mod table;
mod texts;
mod turns;
mod values;

use std::collections::HashSet;
use std::io;

pub use self::batch::{Batch, Date};
pub use self::table::{Column, Kind, Table};
pub use self::texts::{Texts, TextsIter};
pub use self::values::{Value, Values, ValuesIter};
use crate::analysis::InputSummary;
use crate::analyzer::{Analyzer, Gathered, Ready};
use crate::error::{Error, Problem, ProblemKind};
use crate::input::feed::SourceInfo;
use crate::keys::Keys;
use crate::redaction::marks::Marks;
use crate::summary::{Names, input, problems};

/// What was exported.
#[derive(Clone, Debug)]
pub struct Exported {
    /// How many rows.
    pub rows: u64,
    /// What they were made of, line by line accounted for.
    pub input: InputSummary,
    /// What the caller must know about the inputs.
    pub problems: Vec<Problem>,
}

impl Analyzer<'_> {
    /// Reads every input to its end and has the rows of a table written, batch by batch. `encode` makes of
    /// each batch what is to be written: all threads at once do that, in any order. `write` is given what
    /// they made, in the order of the inputs and of the bytes in them, whatever the threads.
    ///
    /// For [`Table::Entries`] memory does not grow with the inputs. For [`Table::Handshakes`] it does by
    /// about 80 bytes a sighting, as which requests are handshakes is known only at the end. The rows of
    /// entries are the parsed lines in the period asked for.
    ///
    /// Malformed lines are no rows. They are counted, and only the table of handshakes has them written
    /// to where [`Analyzer::malformed_to`] says.
    ///
    /// # Errors
    /// [`Error::TooManyInputs`], [`Error::Threads`], and [`Error::RowsRedacted`] if pseudonyms are asked for:
    /// before anything is read. [`Error::Write`] with the first error of `write`, which is not called again.
    ///
    /// # Examples
    /// ```
    /// use wslog::{Analyzer, Options, Table, Value};
    ///
    /// # let log = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/case/access.log");
    /// let place = Table::Entries.column("status").expect("a column");
    /// let mut statuses = Vec::new();
    /// let exported = Analyzer::new(Options::default()).file(log).export(
    ///     Table::Entries,
    ///     |batch| (0..batch.len()).filter_map(|row| match batch.row(row).nth(place) {
    ///         Some(Value::Integer(status)) => Some(status),
    ///         _ => None,
    ///     }).collect::<Vec<_>>(),
    ///     |some| { statuses.extend(some); Ok(()) },
    /// )?;
    /// assert_eq!((exported.rows, statuses), (4, vec![499, 101, 499, 499]));
    /// # Ok::<(), wslog::Error>(())
    /// ```
    pub fn export<T: Send>(
        self,
        table: Table,
        encode: impl Fn(Batch) -> T + Sync,
        mut write: impl FnMut(T) -> io::Result<()> + Send,
    ) -> Result<Exported, Error> {
        if self.options().redaction.is_some() {
            return Err(Error::RowsRedacted);
        }
        let mut rows = 0;
        let encode = |batch: Batch| (batch.len() as u64, encode(batch));
        let write = |(len, made): (u64, T)| {
            rows += len;
            write(made)
        };
        let (input, problems) = match table {
            Table::Entries => self.entries(encode, write),
            Table::Handshakes => self.handshakes(encode, write),
        }?;
        Ok(Exported { rows, input, problems })
    }

    fn entries<T: Send>(
        self,
        encode: impl Fn(Batch) -> T + Sync,
        write: impl FnMut(T) -> io::Result<()> + Send,
    ) -> Result<(InputSummary, Vec<Problem>), Error> {
        let Ready { pool, inputs, options, progress, repeated, .. } = self.ready()?;
        let read = entries::read(&pool, inputs, (&options, &progress), encode, write);
        let (mut partial, sources) = read.map_err(Error::Write)?;
        partial.make_room_for(sources.len());
        let names = Names::new(&partial, &sources, &HashSet::new(), Marks::default());
        let mut told = repeated;
        told.extend(problems(&partial, &sources, &names));
        told.extend(
            sources.iter().filter(|source| has_no_entries(source)).map(|source| Problem {
                source: source.name.clone(),
                kind: ProblemKind::NoEntries,
            }),
        );
        Ok((input(&partial, &sources, &names, &options), told))
    }

    fn handshakes<T: Send>(
        self,
        encode: impl Fn(Batch) -> T + Sync,
        mut write: impl FnMut(T) -> io::Result<()> + Send,
    ) -> Result<(InputSummary, Vec<Problem>), Error> {
        let Gathered { pool, mut partial, sources, options, noticed, unwritten } =
            self.keep_candidates().gather()?;
        partial.make_room_for(sources.len());
        pool.install(|| {
            let keys = Keys::count(&partial.store, &partial.directory, options.mark);
            let names = Names::new(&partial, &sources, &keys.split_names, Marks::default());
            let mut batches = handshakes::batches(&partial, &names, &sources, &options);
            let written = batches.try_for_each(|batch| write(encode(batch)));
            written.map_err(Error::Write)?;
            let mut told = noticed;
            told.extend(problems(&partial, &sources, &names));
            told.extend(unwritten);
            Ok((input(&partial, &sources, &names, &options), told))
        })
    }
}

/// Whether it holds something else than the lines of an access log.
fn has_no_entries(source: &SourceInfo) -> bool {
    source.is_error_log() || source.is_capture()
}
