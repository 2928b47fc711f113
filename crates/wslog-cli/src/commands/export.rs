//! `wslog export`: entries or handshakes as rows, for SQL to ask.

mod encoding;
mod files;
#[cfg(feature = "frame")]
mod parquet;
mod text;
mod unfinished;

use anyhow::Result;
use wslog::{Exported, Input, Options, Problem};
use wslog_report::RowFormat;

use self::encoding::Encoding;
use self::files::Files;
use self::text::Text;
use self::unfinished::Unfinished;
use crate::args::{ExportArgs, FileForm};
use crate::commands::analyze::status;
use crate::exit_status::ExitStatus;
use crate::inputs::Inputs;
use crate::output::Places;
use crate::{complaint, reading, vantages};

pub(crate) fn run(mut args: ExportArgs) -> Result<ExitStatus> {
    let form = FileForm::of(&args.to)?;
    check(form)?;
    let options = args.finished.options(&args.reading)?;
    let inputs = std::mem::take(&mut args.inputs);
    let Inputs { inputs, is_complete } = Inputs::find_as(inputs, &args.reading, &args.stdin)?;
    vantages::check(&args.reading.vantages, &vantages::names(&inputs))?;
    Places::beside(&inputs).take(&args.to, "--to")?;

    let exported = match form {
        FileForm::Csv => export(&Text::new(RowFormat::Csv), form, &args, options, inputs),
        FileForm::Ndjson => export(&Text::new(RowFormat::Ndjson), form, &args, options, inputs),
        FileForm::Parquet => export_parquet(&args, options, inputs),
    }?;
    tell(&exported, &args);
    Ok(match status(&exported.problems) {
        _ if !is_complete => ExitStatus::Error,
        status => status,
    })
}

fn export<E: Encoding>(
    encoding: &E,
    form: FileForm,
    args: &ExportArgs,
    options: Options,
    inputs: Vec<Input>,
) -> Result<Exported> {
    let is_partitioned = args.partition_by.is_some();
    let place = Unfinished::beside(&args.to, is_partitioned)?;
    let mut files = Files::new(encoding, args.table(), (form, is_partitioned), place)?;
    let exported = reading::read(options, inputs, |analyzer| {
        let pieces = |batch| files::pieces(encoding, batch, is_partitioned);
        analyzer.export(args.table(), pieces, |pieces| files.write(pieces?))
    })?;
    // What is there is worth more than nothing.
    if exported.rows > 0 || !exported.problems.iter().any(Problem::is_error) {
        files.finish()?;
    }
    Ok(exported)
}

/// Says what was written, and of what nothing was.
fn tell(exported: &Exported, args: &ExportArgs) {
    let Exported { rows, input, .. } = exported;
    let left_out = [
        (input.malformed, "malformed"),
        (input.ambiguous, "ambiguous"),
        (input.blank, "blank"),
        (input.outside_period, "outside the period"),
    ];
    let left_out: Vec<_> = left_out
        .into_iter()
        .filter(|(lines, _)| *lines > 0)
        .map(|(lines, what)| format!("{lines} {what}"))
        .collect();
    let left_out = match left_out.is_empty() {
        true => String::new(),
        false => format!(": {}", left_out.join(", ")),
    };
    let to = args.to.display();
    let table = args.table().name();
    if *rows == 0 && exported.problems.iter().any(Problem::is_error) {
        return complaint::notice(&format!("no rows of {table}: {to} was not written"));
    }
    complaint::notice(&format!(
        "{rows} rows of {table} in {to}, of {} lines{left_out}",
        input.lines
    ));
}

#[cfg(feature = "frame")]
fn check(_: FileForm) -> Result<()> {
    Ok(())
}

#[cfg(feature = "frame")]
fn export_parquet(args: &ExportArgs, options: Options, inputs: Vec<Input>) -> Result<Exported> {
    export(&parquet::Parquet, FileForm::Parquet, args, options, inputs)
}

/// Without polars there is no Parquet.
#[cfg(not(feature = "frame"))]
fn check(form: FileForm) -> Result<()> {
    match form {
        FileForm::Parquet => no_parquet(),
        FileForm::Csv | FileForm::Ndjson => Ok(()),
    }
}

#[cfg(not(feature = "frame"))]
fn no_parquet<T>() -> Result<T> {
    anyhow::bail!(
        "this wslog was built without Parquet: `cargo install --path crates/wslog-cli --features frame` \
         builds one with it (polars takes minutes); or export to .csv or .ndjson, which DuckDB reads as well"
    )
}

#[cfg(not(feature = "frame"))]
fn export_parquet(_: &ExportArgs, _: Options, _: Vec<Input>) -> Result<Exported> {
    no_parquet()
}
