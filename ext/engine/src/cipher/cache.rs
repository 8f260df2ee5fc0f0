//! Data keys that were unwrapped: an RSA operation costs as much as opening a thousand small payloads.
//!
//! A key enters after a tag verified under it, and leaves by age, by being used least recently, or with
//! the process. Threads that need the same key at once wait for the one that unwraps it.
//!
//! Frames that follow each other mostly have the same key and topic. So what the last one was opened with
//! is found by comparing it, without hashing 300 bytes ([`Cache::last`]).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::frame::{Additional, Frame};
use super::gcm::Gcm;
use super::local::Inherited;
use crate::locks::{Condvar, Mutex};

struct Entry {
    key: Arc<Gcm>,
    /// Not used from here on.
    expires: Instant,
    /// Larger is used more recently.
    used: u64,
}

/// What opens frames of one head: those of one data key and one topic.
pub(super) struct Known {
    version: Vec<u8>,
    pub(super) additional: Additional,
    pub(super) key: Arc<Gcm>,
}

impl Known {
    /// `prefix` names `version`, as [`super::frame::prefix`] gives it.
    pub(super) fn new(version: &[u8], prefix: &[u8], head: &[u8], key: Arc<Gcm>) -> Arc<Self> {
        Arc::new(Self { version: version.to_vec(), additional: Additional::new(prefix, head), key })
    }

    pub(super) fn fits(&self, version: &[u8], frame: &Frame<'_>) -> bool {
        self.additional.head() == frame.head && self.version == version
    }
}

#[derive(Default)]
struct State {
    entries: HashMap<Vec<u8>, Entry>,
    /// Found last, with the name of its key among the entries, and when that expires.
    last: Option<(Arc<Known>, Vec<u8>, Instant)>,
    /// Keys that a thread is unwrapping.
    flights: HashSet<Vec<u8>>,
    uses: u64,
}

/// Unwrapped keys by version and exact wrapped bytes.
pub(super) struct Cache {
    state: Mutex<State>,
    landed: Condvar,
    size: usize,
    ttl: Duration,
}

/// What a look into the cache gives.
pub(super) enum Found<'a> {
    /// The key, verified before.
    Key(Arc<Gcm>),
    /// Nobody has it: the caller unwraps it, others wait until this is landed or dropped.
    Flight(Flight<'a>),
}

/// The right to unwrap one key.
pub(super) struct Flight<'a> {
    cache: &'a Cache,
    id: Vec<u8>,
}

impl Cache {
    pub(super) fn new(size: usize, ttl: Duration) -> Self {
        Self { state: Mutex::default(), landed: Condvar::default(), size, ttl }
    }

    /// The key, now or after another thread unwrapped it; else the right to unwrap it.
    pub(super) fn find(&self, id: &[u8], now: Instant) -> Found<'_> {
        let mut state = self.state.lock();
        loop {
            if let Some(key) = state.fresh(id, now) {
                return Found::Key(key);
            }
            if state.flights.insert(id.to_vec()) {
                return Found::Flight(Flight { cache: self, id: id.to_vec() });
            }
            state = self.landed.wait(state);
        }
    }

    /// Whether [`Cache::find`] would give a key without waiting.
    pub(super) fn has(&self, id: &[u8], now: Instant) -> bool {
        self.state.lock().fresh(id, now).is_some()
    }

    /// What the last frame was opened with, if this one takes the same.
    pub(super) fn last(&self, version: &[u8], frame: &Frame<'_>, now: Instant) -> Option<Arc<Known>> {
        let state = self.state.lock();
        let (known, _, expires) = state.last.as_ref()?;
        (now < *expires && known.fits(version, frame)).then(|| Arc::clone(known))
    }

    /// Makes `known` the last one, if its key, named `id`, is kept.
    pub(super) fn remember(&self, known: Arc<Known>, id: Vec<u8>) {
        let mut state = self.state.lock();
        state.touch_last();
        if let Some(expires) = state.entries.get(&id).map(|entry| entry.expires) {
            state.last = Some((known, id, expires));
        }
    }
}

impl State {
    fn fresh(&mut self, id: &[u8], now: Instant) -> Option<Arc<Gcm>> {
        let entry = self.entries.get_mut(id)?;
        if now >= entry.expires {
            self.entries.remove(id);
            self.last.take_if(|(_, last, _)| last == id);
            return None;
        }
        self.uses += 1;
        entry.used = self.uses;
        Some(Arc::clone(&entry.key))
    }

    /// Counts the uses that went by [`Cache::last`] as one, now.
    fn touch_last(&mut self) {
        let Some((_, id, _)) = &self.last else { return };
        if let Some(entry) = self.entries.get_mut(id) {
            self.uses += 1;
            entry.used = self.uses;
        }
    }

    /// Makes room for one more.
    fn shrink(&mut self, size: usize, now: Instant) {
        self.touch_last();
        if self.entries.len() < size {
            return;
        }
        self.entries.retain(|_, entry| now < entry.expires);
        while self.entries.len() >= size {
            let Some(oldest) = self.entries.iter().min_by_key(|(_, entry)| entry.used) else { break };
            let id = oldest.0.clone();
            self.entries.remove(&id);
        }
        if self.last.as_ref().is_some_and(|(_, id, _)| !self.entries.contains_key(id)) {
            self.last = None;
        }
    }
}

impl Flight<'_> {
    /// Keeps a key under which a tag verified.
    pub(super) fn land(self, key: Arc<Gcm>, now: Instant) {
        let mut state = self.cache.state.lock();
        state.shrink(self.cache.size, now);
        state.uses += 1;
        let entry = Entry { key, expires: now + self.cache.ttl, used: state.uses };
        state.entries.insert(self.id.clone(), entry);
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.cache.state.lock().flights.remove(&self.id);
        self.cache.landed.notify_all();
    }
}

impl Inherited for Cache {
    fn wipe(&self) {
        if let Some(mut state) = self.state.try_lock() {
            state.entries.clear();
            state.last = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use zeroize::Zeroizing;

    fn key() -> Arc<Gcm> {
        Arc::new(Gcm::new(Zeroizing::new([1; 32])))
    }

    fn fill(cache: &Cache, id: &[u8], now: Instant) {
        match cache.find(id, now) {
            Found::Flight(flight) => flight.land(key(), now),
            Found::Key(_) => unreachable!("{id:?} was there"),
        }
    }

    #[test]
    fn keeps_the_most_recently_used_and_nothing_beyond_its_age() {
        let (cache, now) = (Cache::new(2, Duration::from_secs(1)), Instant::now());
        fill(&cache, b"a", now);
        fill(&cache, b"b", now);
        assert!(cache.has(b"a", now));
        fill(&cache, b"c", now);
        assert_eq!([b"a", b"b", b"c"].map(|id| cache.has(id, now)), [true, false, true]);
        assert!(!cache.has(b"a", now + Duration::from_secs(1)));
    }

    /// A frame under the key called `wrapped`, as its parser gives it.
    fn frame(wrapped: u8) -> Vec<u8> {
        [super::super::frame::head(b"t", &[wrapped; 256]).unwrap(), vec![0; 28]].concat()
    }

    fn remember(cache: &Cache, bytes: &[u8], id: &[u8]) {
        let frame = Frame::parse(bytes, 256).unwrap();
        cache.remember(Known::new(b"1", b"prefix", frame.head, key()), id.to_vec());
    }

    fn is_last(cache: &Cache, version: &[u8], bytes: &[u8], now: Instant) -> bool {
        cache.last(version, &Frame::parse(bytes, 256).unwrap(), now).is_some()
    }

    #[test]
    fn the_last_one_is_found_for_frames_of_its_head_and_version_until_it_expires() {
        let (cache, now) = (Cache::new(2, Duration::from_secs(1)), Instant::now());
        remember(&cache, &frame(1), b"a");
        assert!(!is_last(&cache, b"1", &frame(1), now), "its key is not kept");
        fill(&cache, b"a", now);
        remember(&cache, &frame(1), b"a");
        assert!(is_last(&cache, b"1", &frame(1), now));
        assert!(!is_last(&cache, b"2", &frame(1), now) && !is_last(&cache, b"1", &frame(2), now));
        assert!(!is_last(&cache, b"1", &frame(1), now + Duration::from_secs(1)));
        cache.wipe();
        assert!(!is_last(&cache, b"1", &frame(1), now));
    }

    #[test]
    fn the_last_one_counts_as_used_and_leaves_with_its_key() {
        let (cache, now) = (Cache::new(2, Duration::from_secs(1)), Instant::now());
        fill(&cache, b"a", now);
        remember(&cache, &frame(1), b"a");
        fill(&cache, b"b", now);
        fill(&cache, b"c", now);
        assert_eq!([b"a", b"b", b"c"].map(|id| cache.has(id, now)), [true, false, true]);
        let later = now + Duration::from_secs(1);
        fill(&cache, b"d", later);
        assert!(!is_last(&cache, b"1", &frame(1), now), "its key expired");
    }

    #[test]
    fn a_failed_unwrapping_is_not_kept() {
        let (cache, now) = (Cache::new(2, Duration::from_secs(1)), Instant::now());
        drop(cache.find(b"a", now));
        assert!(!cache.has(b"a", now));
        fill(&cache, b"a", now);
    }

    #[test]
    fn threads_that_need_one_key_unwrap_it_once() {
        let (cache, unwrapped) = (Cache::new(8, Duration::from_secs(60)), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    let now = Instant::now();
                    if let Found::Flight(flight) = cache.find(b"a", now) {
                        std::thread::yield_now();
                        unwrapped.fetch_add(1, Ordering::Relaxed);
                        flight.land(key(), now);
                    }
                });
            }
        });
        assert_eq!(unwrapped.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_child_forgets_what_its_parent_unwrapped() {
        let (cache, now) = (Cache::new(2, Duration::from_secs(1)), Instant::now());
        fill(&cache, b"a", now);
        cache.wipe();
        assert!(!cache.has(b"a", now));
    }
}
