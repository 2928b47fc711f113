//! Logs made to order with a known truth, and what is measured on them.
//!
//! A reader of logs is right when it counts what was really there, and fast when it does so in
//! little time; both need a log whose content is known beforehand. [`generator`] writes one: the
//! access logs of two nginx in series, and beside them the numbers an exact reader has to report.
//!
//! ```
//! use benches::generator::{Format, Profile, Recipe, generate};
//!
//! let recipe =
//!     Recipe { lines: 1_000, seed: 1, profile: Profile::Mixed, format: Format::UpstreamlogKey };
//! let (mut edge, mut inner) = (Vec::new(), Vec::new());
//! let truth = generate(&recipe, &mut edge, &mut inner)?;
//!
//! assert_eq!(truth.input.lines, 1_000);
//! assert_eq!(truth.input.sources[0].path, "edge.log");
//! # Ok::<(), std::io::Error>(())
//! ```

pub mod compare;
pub mod generator;
pub mod logs;
