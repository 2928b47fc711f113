//! Whether what `--vantage` says fits what is read.

use anyhow::{Result, bail};
use wslog::{Input, VantageName};

/// Most inputs that an error lists.
const MOST_LISTED: usize = 10;

/// What the inputs are called.
pub(crate) fn names(inputs: &[Input]) -> Vec<String> {
    inputs.iter().map(|input| input.name().to_owned()).collect()
}

/// Whether each is about an input, and no two give one input different names.
pub(crate) fn check(vantages: &[VantageName], inputs: &[String]) -> Result<()> {
    check_told(vantages, inputs)?;
    check_alike(vantages, inputs)
}

/// Whether each is about an input.
fn check_told(vantages: &[VantageName], inputs: &[String]) -> Result<()> {
    for vantage in vantages {
        if !inputs.iter().any(|input| vantage.covers(input)) {
            bail!("--vantage {vantage}: there is no such input, only {}", listed(inputs));
        }
    }
    Ok(())
}

/// Whether no two give one input different names.
pub(crate) fn check_alike(vantages: &[VantageName], inputs: &[String]) -> Result<()> {
    for input in inputs {
        let mut covering = vantages.iter().filter(|vantage| vantage.covers(input));
        let Some(first) = covering.next() else { continue };
        if let Some(other) = covering.find(|other| other.name() != first.name()) {
            bail!("--vantage {first}, --vantage {other}: both are about {input}; give it one name");
        }
    }
    Ok(())
}

/// The inputs in a sentence, not more than anybody reads.
pub(crate) fn listed(inputs: &[String]) -> String {
    let listed = inputs.iter().take(MOST_LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match inputs.len().checked_sub(MOST_LISTED) {
        None | Some(0) => listed,
        Some(more) => format!("{listed} and {more} more"),
    }
}
