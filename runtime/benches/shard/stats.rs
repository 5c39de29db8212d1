//! Medians, how sure they are, and the time that the processor worked for us.

use std::fmt;
use std::fs;
use std::io;

/// Chance that the true median lies below the interval, and the same above.
const TAIL: f64 = 0.025;

/// A median with its 95 % confidence interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Median {
    pub(crate) value: f64,
    low: f64,
    high: f64,
}

impl Median {
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        let count = values.len();
        let beyond = beyond(count);
        Self {
            value: f64::midpoint(at(count.saturating_sub(1) / 2), at(count / 2)),
            low: at(beyond),
            high: at(count.saturating_sub(beyond + 1)),
        }
    }
}

impl fmt::Display for Median {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = f.precision().unwrap_or(3);
        write!(
            f,
            "{:.places$} ({:.places$} to {:.places$})",
            self.value, self.low, self.high
        )
    }
}

/// How many of the sorted values lie outside of the interval at each end: each value is below the
/// median with chance 1/2, so the number below it is binomial, whatever the values are.
fn beyond(count: usize) -> usize {
    let mut chance = 0.5_f64.powi(i32::try_from(count).unwrap_or(i32::MAX));
    let mut below = 0.0;
    for index in 0..count / 2 {
        below += chance;
        if below > TAIL {
            return index.saturating_sub(1);
        }
        chance *= (count - index) as f64 / (index + 1) as f64;
    }
    0
}

/// Seconds that the threads of this process have run so far, to the nanosecond.
pub(crate) fn cpu_seconds() -> io::Result<f64> {
    let mut nanoseconds = 0.0;
    for thread in fs::read_dir("/proc/self/task")? {
        let text = fs::read_to_string(thread?.path().join("schedstat"))?;
        let run: Option<f64> = text.split(' ').next().and_then(|word| word.parse().ok());
        nanoseconds += run.ok_or(io::ErrorKind::InvalidData)?;
    }
    Ok(nanoseconds / 1e9)
}
