//! The files that rows go to: one, or one a day in folders as Hive names them.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::PathBuf;

use anyhow::{Context, Result};
use wslog::{Batch, Date, Table};

use super::encoding::{Encoding, RowFile};
use super::unfinished::Unfinished;
use crate::args::FileForm;

/// Files that are being written.
pub(super) struct Files<'e, E: Encoding> {
    encoding: &'e E,
    table: Table,
    form: FileForm,
    is_partitioned: bool,
    /// Those that are open, by their day; the one that was written to last is the last.
    open: Vec<(Option<Date>, E::File)>,
    /// How many files were begun for each day.
    begun: HashMap<Option<Date>, u32>,
    /// It goes last: what is to be removed must not be open any more.
    place: Unfinished,
}

/// Most files that are open at a time. A log that is in the order of its times needs two.
const MAX_OPEN: usize = 128;

/// About how many bytes of rows wait in memory at most, in all files together, till there are enough of
/// them in one.
const MAX_WAITING: usize = 96 << 20;

/// What Hive calls the folder of rows without a value.
const NO_DATE: &str = "__HIVE_DEFAULT_PARTITION__";

/// What goes into one file.
type Pieces<E> = Vec<(Option<Date>, <E as Encoding>::Piece)>;

/// Makes of a batch what is to be written, for each file it goes to.
pub(super) fn pieces<E: Encoding>(
    encoding: &E,
    batch: Batch,
    is_partitioned: bool,
) -> io::Result<Pieces<E>> {
    let parts = if is_partitioned { batch.by_date() } else { vec![(None, batch)] };
    parts.into_iter().map(|(date, part)| Ok((date, encoding.encode(part)?))).collect()
}

impl<'e, E: Encoding> Files<'e, E> {
    pub(super) fn new(
        encoding: &'e E,
        table: Table,
        (form, is_partitioned): (FileForm, bool),
        place: Unfinished,
    ) -> Result<Files<'e, E>> {
        let (open, begun) = (Vec::new(), HashMap::new());
        let mut files = Files { encoding, table, form, is_partitioned, place, open, begun };
        if !is_partitioned {
            // It is there even if there is no row.
            let file = files.begin(None).context("cannot begin the file")?;
            files.open.push((None, file));
        }
        Ok(files)
    }

    pub(super) fn write(&mut self, pieces: Pieces<E>) -> io::Result<()> {
        for (date, piece) in pieces {
            let mut file = match self.open.iter().position(|(of, _)| *of == date) {
                Some(place) => self.open.remove(place).1,
                None => self.begin_instead(date)?,
            };
            file.write(piece)?;
            self.open.push((date, file));
        }
        self.bound_waiting()
    }

    pub(super) fn finish(self) -> Result<()> {
        let finished = self.open.into_iter().try_for_each(|(_, file)| file.finish());
        finished.context("cannot end the file")?;
        self.place.keep()
    }

    /// Begins a file of this day; of too many the one that was not written to for longest is ended.
    fn begin_instead(&mut self, date: Option<Date>) -> io::Result<E::File> {
        if self.open.len() >= MAX_OPEN {
            self.open.remove(0).1.finish()?;
        }
        self.begin(date)
    }

    fn begin(&mut self, date: Option<Date>) -> io::Result<E::File> {
        let path = self.next_path(date)?;
        self.encoding.begin(self.table, BufWriter::with_capacity(32 << 10, File::create(path)?))
    }

    fn next_path(&mut self, date: Option<Date>) -> io::Result<PathBuf> {
        if !self.is_partitioned {
            return Ok(self.place.path().to_owned());
        }
        let name = date.map_or_else(|| NO_DATE.to_owned(), |date| date.to_string());
        let folder = self.place.path().join(format!("date={name}"));
        fs::create_dir_all(&folder)?;
        let number = self.begun.entry(date).or_default();
        let path = folder.join(format!("part-{number}.{}", self.form.extension()));
        *number += 1;
        Ok(path)
    }

    /// Writes what waits in the file where most does, if it is too much in all of them.
    fn bound_waiting(&mut self) -> io::Result<()> {
        let waiting: usize = self.open.iter().map(|(_, file)| file.waiting()).sum();
        let largest = self.open.iter_mut().max_by_key(|(_, file)| file.waiting());
        match largest {
            Some((_, file)) if waiting > MAX_WAITING => file.flush(),
            _ => Ok(()),
        }
    }
}
