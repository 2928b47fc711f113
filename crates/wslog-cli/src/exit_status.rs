//! The ways a run can end.

use std::process::ExitCode;

/// What the caller's shell is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// 0: done; the report says what was found.
    Done,
    /// 1: the condition that `--fail-on` names was met, or a key to trace was nowhere.
    Met,
    /// 2: an error. If there was input to report on, the report is written all the same.
    Error,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> ExitCode {
        match status {
            ExitStatus::Done => ExitCode::SUCCESS,
            ExitStatus::Met => ExitCode::from(1),
            ExitStatus::Error => ExitCode::from(2),
        }
    }
}
