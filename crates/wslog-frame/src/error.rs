//! What can go wrong on the way to a DataFrame.

use wslog::Problem;

/// Why there is no DataFrame.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing could be read at all, or polars could not make a DataFrame of it.
    #[error(transparent)]
    Analyzer(#[from] wslog::Error),
    /// Inputs that could not be read, or most of which does not fit its format.
    #[error("{}", told(.0))]
    Inputs(Vec<Problem>),
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("; ")
}
