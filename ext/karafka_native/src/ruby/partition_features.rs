//! What a topic asks for, as Ruby says it.

use std::time::Duration;

use karafka_engine::ledger::{LedgerMode, MetadataStrategy};
use karafka_engine::partition::{Backoff, DeadLetters, Features, Periodic};
use magnus::{Error, RHash, Ruby, TryConvert, Value};

/// `manual_offsets`, `lanes`, `exact_metadata`, `long_running`, `filtering`, `dead_letters` (nil or an Array of
/// `max_retries`, `strategy`, `marks`, `independent`), `periodic` (nil or an Array of `interval` in ms,
/// `during_pause`, `during_retry`), `timeout`, `max_timeout` (ms) and `exponential` of a
/// topic.
pub fn features(ruby: &Ruby, options: RHash) -> Result<(Features, Backoff), Error> {
    let fetch = |name: &str| options.fetch::<_, Value>(ruby.to_symbol(name));
    // Features that a topic does not have need not be named.
    let flag = |name: &str| -> Result<bool, Error> {
        Ok(options.lookup::<_, Option<bool>>(ruby.to_symbol(name))?.unwrap_or_default())
    };
    let duration = |name: &str| u64::try_convert(fetch(name)?).map(Duration::from_millis);
    let dead_letters: Option<(u32, bool, bool, bool)> = options.lookup(ruby.to_symbol("dead_letters"))?;
    let periodic: Option<(u64, bool, bool)> = options.lookup(ruby.to_symbol("periodic"))?;
    let metadata = if flag("exact_metadata")? { MetadataStrategy::Exact } else { MetadataStrategy::Current };
    let features = Features {
        offsets: LedgerMode { lanes: flag("lanes")?, manual: flag("manual_offsets")?, metadata },
        long_running: flag("long_running")?,
        dead_letters: dead_letters.map(|(max_retries, strategy, marks, independent)| DeadLetters {
            max_retries,
            strategy,
            marks,
            independent,
        }),
        filtering: flag("filtering")?,
        periodic: periodic.map(|(interval, during_pause, during_retry)| Periodic {
            interval: Duration::from_millis(interval),
            during_pause,
            during_retry,
        }),
    };
    let backoff = Backoff {
        timeout: duration("timeout")?,
        max_timeout: duration("max_timeout")?,
        exponential: flag("exponential")?,
    };
    Ok((features, backoff))
}
