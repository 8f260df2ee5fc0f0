//! `Karafka::Native::Partition`: the engine's state of one assigned partition.

use std::sync::Arc;
use std::time::{Duration, Instant};

use karafka_engine::partition::{Effect, Partition as State, Verdict};
use magnus::value::ReprValue;
use magnus::{
    function, method, Class, Error, Module, Object, RArray, RHash, RModule, RString, Ruby, Symbol,
    TryConvert, Value,
};

use super::batch::Batch;
use super::partition_features::features;
use super::partition_names::{answer, job, outcome, unknown, wish, WishRow};
use crate::vm::part::Part;

/// Shared with the connection, which revokes it.
#[magnus::wrap(class = "Karafka::Native::Partition", free_immediately)]
pub struct Partition(pub Arc<State>);

/// `[:ask_strategy]`, `[:complete, offset]`, `[:give_up, from or nil, attempts, dispatch, mark]`,
/// `[:ask_filters]`, `[:pass, offset]`, `[:commit]`, `[:seek, offset]`, `[:throttle, offset or nil, ms]`,
/// `[:retry, offset or nil, ms]` or `[:rest, offset or nil, ms]`; nil where nothing is left to do. Whatever waits for an answer, or pauses,
/// is the only thing left to the caller.
fn effect_array(ruby: &Ruby, effects: Vec<Effect>) -> Result<Option<RArray>, Error> {
    let Some(effect) = effects.into_iter().next() else { return Ok(None) };
    let array = ruby.ary_new();
    let timed = |name: &str, offset: Option<i64>, timeout: Duration| -> Result<(), Error> {
        array.push(ruby.to_symbol(name))?;
        array.push(offset)?;
        array.push(milliseconds(timeout))
    };
    let placed = |name: &str, offset: i64| -> Result<(), Error> {
        array.push(ruby.to_symbol(name))?;
        array.push(offset)
    };
    match effect {
        Effect::AskStrategy => array.push(ruby.to_symbol("ask_strategy"))?,
        Effect::AskFilters => array.push(ruby.to_symbol("ask_filters"))?,
        Effect::Commit => array.push(ruby.to_symbol("commit"))?,
        Effect::CompleteByTransaction(offset) => placed("complete", offset)?,
        Effect::PassByTransaction(offset) => placed("pass", offset)?,
        Effect::Seek(offset) => placed("seek", offset)?,
        Effect::Throttle { offset, timeout } => timed("throttle", offset, timeout)?,
        Effect::GiveUp { from, attempts, dispatch, mark } => {
            array.push(ruby.to_symbol("give_up"))?;
            array.push(from)?;
            array.push(attempts)?;
            array.push(dispatch)?;
            array.push(mark)?;
        }
        Effect::Retry { offset, timeout } => timed("retry", offset, timeout)?,
        Effect::Rest { offset, timeout } => timed("rest", offset, timeout)?,
        // Applied by the engine itself.
        Effect::ResetAttempts
        | Effect::Collapse(_)
        | Effect::Complete(_)
        | Effect::MoveBeyond(_)
        | Effect::Pass(_)
        | Effect::Resume => return Ok(None),
    }
    Ok(Some(array))
}

impl Partition {
    /// A partition without a connection, for users' own specs: it owns itself for ever.
    fn detached(ruby: &Ruby, topic: String, number: i32, options: RHash) -> Result<Self, Error> {
        let (features, backoff) = features(ruby, options)?;
        Ok(Self(Arc::new(State::new(topic.into(), number, features, backoff, None))))
    }

    fn attached(&self) -> bool {
        self.0.is_attached()
    }

    fn next(&self) -> Option<i64> {
        self.0.next()
    }

    fn move_to(&self, next: Option<i64>) {
        self.0.move_to(next);
    }

    fn ever_marked(&self) -> bool {
        self.0.ever_marked()
    }

    fn revoked(&self) -> bool {
        self.0.is_revoked()
    }

    fn revoke(&self) {
        self.0.revoke(Instant::now());
    }

    /// False while a job of an earlier assignment works: the batch has to come again.
    fn begin_batch(&self, first: i64, last: i64, eof: bool) -> bool {
        self.0.begin_batch(first, last, eof)
    }

    fn end_reached(&self) {
        self.0.end_reached();
    }

    fn eof(&self) -> bool {
        self.0.is_eof()
    }

    fn enter_run(&self) -> u32 {
        self.0.enter_run()
    }

    fn attempt(&self) -> u32 {
        self.0.attempt()
    }

    fn done_in_batch(&self) -> Vec<i64> {
        self.0.done_in_batch()
    }

    /// The last offset that filters left, and the lowest cursor that they showed.
    fn filter(&self, kept: Option<i64>, cut: Option<i64>) {
        self.0.filter(kept, cut);
    }

    /// `lanes` are `[number, offsets]`, ascending.
    fn register(&self, lanes: Vec<(u32, Vec<i64>)>) {
        self.0.register(&lanes);
    }

    fn collapsed(&self) -> bool {
        self.0.is_collapsed()
    }

    fn linear(&self) -> bool {
        self.0.is_linear()
    }

    fn collapse_until(&self, offset: i64) {
        self.0.collapse_until(offset);
    }

    fn failing(&self) -> bool {
        self.0.is_failing()
    }

    fn running(&self) -> bool {
        self.0.is_running()
    }

    /// A job beside the runs was scheduled: see `job`.
    fn begin_job(ruby: &Ruby, rb_self: &Self, action: Symbol) -> Result<(), Error> {
        let name = action.name()?;
        rb_self.0.begin_job(job(&name).ok_or_else(|| unknown(ruby, "job", &name))?);
        Ok(())
    }

    fn end_job(ruby: &Ruby, rb_self: &Self, action: Symbol) -> Result<(), Error> {
        let name = action.name()?;
        rb_self.0.end_job(job(&name).ok_or_else(|| unknown(ruby, "job", &name))?);
        Ok(())
    }

    /// False when it is too late for a tick.
    fn enter_tick(&self) -> bool {
        self.0.enter_tick()
    }

    fn leave_tick(&self) {
        self.0.leave_tick();
    }

    fn hold(&self) -> bool {
        self.0.hold(Instant::now())
    }

    fn begin_lane(&self) -> bool {
        self.0.begin_lane()
    }

    /// A lane ended as `outcome` says. What the caller must do once the last one did: see `effect_array`.
    fn end_lane(ruby: &Ruby, rb_self: &Self, ended: Symbol) -> Result<Option<RArray>, Error> {
        let name = ended.name()?;
        let outcome = outcome(&name).ok_or_else(|| unknown(ruby, "outcome", &name))?;
        effect_array(ruby, rb_self.0.end_lane(outcome))
    }

    /// What follows from the answer to an effect; `offset` is that of a message that was given up.
    fn conclude(
        ruby: &Ruby,
        rb_self: &Self,
        answered: Symbol,
        offset: Option<i64>,
    ) -> Result<Option<RArray>, Error> {
        let name = answered.name()?;
        let step = answer(&name, offset).ok_or_else(|| unknown(ruby, "answer", &name))?;
        effect_array(ruby, rb_self.0.conclude(step))
    }

    /// What filters want, now that the run is over: see `wish`.
    fn answer_filters(ruby: &Ruby, rb_self: &Self, rows: RArray) -> Result<Option<RArray>, Error> {
        let wishes = rows
            .into_iter()
            .map(|row| wish(ruby, WishRow::try_convert(row)?))
            .collect::<Result<Vec<_>, _>>()?;
        effect_array(ruby, rb_self.0.answer_filters(&wishes))
    }

    /// A transaction has committed the message's offset.
    fn marked_by_transaction(&self, offset: i64) -> bool {
        self.0.marked_by_transaction(offset) == Verdict::Accepted
    }

    /// True when the consumer's own marks have to be committed first.
    fn marks_by_transaction(&self) -> bool {
        self.0.marks_by_transaction()
    }

    fn marks_committed(&self) {
        self.0.marks_committed();
    }

    fn transactional(&self) -> bool {
        self.0.is_transactional()
    }

    fn take_waiting_metadata(ruby: &Ruby, rb_self: &Self) -> Option<RString> {
        rb_self.0.take_waiting_text().map(|text| ruby.enc_str_new(text, ruby.utf8_encoding()))
    }

    fn set_waiting_metadata(&self, text: Option<RString>) {
        // SAFETY: copied before Ruby runs again.
        self.0.set_waiting_text(text.map(|text| unsafe { text.as_slice() }.to_vec()));
    }

    /// True when marked, marked already or ignored after a resetting seek; false when not owned.
    fn mark(&self, offset: i64, leader_epoch: Option<i32>, metadata: Option<RString>) -> bool {
        // SAFETY: copied before Ruby runs again.
        let metadata = metadata.map(|text| unsafe { text.as_slice() }.to_vec());
        self.0.mark(offset, leader_epoch, metadata) == Verdict::Accepted
    }

    /// As `mark`, with place and leader epoch read from the message; nil where the caller must do it:
    /// through the client without a connection or for a message of another partition, through a
    /// transaction where marks have to. One call, as users mark each message.
    fn mark_message(
        rb_self: Part<Self>,
        message: Value,
        metadata: Option<RString>,
    ) -> Result<Option<bool>, Error> {
        if !rb_self.0.is_attached() || rb_self.0.is_transactional() {
            return Ok(None);
        }
        let (ours, offset, leader_epoch) = match Batch::place_of(message) {
            Some((batch, offset, epoch)) => {
                let batch = batch.fetched();
                (rb_self.0.covers(batch.topic(), batch.partition()), offset, epoch)
            }
            None => (rb_self.covers(message)?, message.funcall("offset", ())?, None),
        };
        Ok(ours.then(|| rb_self.mark(offset, leader_epoch, metadata)))
    }

    fn covers(&self, message: Value) -> Result<bool, Error> {
        // A Symbol names a topic as well.
        let topic: Value = message.funcall("topic", ())?;
        Ok(self.0.covers(&topic.to_string(), message.funcall("partition", ())?))
    }

    fn marked(&self, offset: i64) -> bool {
        self.0.is_marked(offset)
    }

    fn paused(&self) -> bool {
        self.0.is_paused()
    }

    fn user_paused(&self) -> bool {
        self.0.is_user_paused()
    }

    /// Starts the timer; nil takes the current back-off. Returns its length in ms.
    fn pause(&self, timeout: Option<u64>, by_user: bool) -> u64 {
        milliseconds(self.0.pause(Instant::now(), timeout.map(Duration::from_millis), by_user))
    }

    fn expire_pause(&self) {
        self.0.expire_pause(Instant::now());
    }

    fn user_sought(&self) {
        self.0.user_sought();
    }

    fn sought(&self) -> bool {
        self.0.has_user_sought()
    }

    fn position(&self) -> Option<i64> {
        self.0.position()
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    let class = native.define_class("Partition", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("detached", function!(Partition::detached, 3))?;
    class.define_method("covers?", method!(Partition::covers, 1))?;
    class.define_method("attached?", method!(Partition::attached, 0))?;
    class.define_method("next_offset", method!(Partition::next, 0))?;
    class.define_method("move_to", method!(Partition::move_to, 1))?;
    class.define_method("ever_marked?", method!(Partition::ever_marked, 0))?;
    class.define_method("revoked?", method!(Partition::revoked, 0))?;
    class.define_method("revoke", method!(Partition::revoke, 0))?;
    class.define_method("begin_batch", method!(Partition::begin_batch, 3))?;
    class.define_method("end_reached", method!(Partition::end_reached, 0))?;
    class.define_method("eof?", method!(Partition::eof, 0))?;
    class.define_method("enter_run", method!(Partition::enter_run, 0))?;
    class.define_method("attempt", method!(Partition::attempt, 0))?;
    class.define_method("done_in_batch", method!(Partition::done_in_batch, 0))?;
    class.define_method("filter", method!(Partition::filter, 2))?;
    class.define_method("answer_filters", method!(Partition::answer_filters, 1))?;
    class.define_method("register", method!(Partition::register, 1))?;
    class.define_method("collapsed?", method!(Partition::collapsed, 0))?;
    class.define_method("linear?", method!(Partition::linear, 0))?;
    class.define_method("collapse_until", method!(Partition::collapse_until, 1))?;
    class.define_method("failing?", method!(Partition::failing, 0))?;
    class.define_method("running?", method!(Partition::running, 0))?;
    class.define_method("begin_job", method!(Partition::begin_job, 1))?;
    class.define_method("end_job", method!(Partition::end_job, 1))?;
    class.define_method("enter_tick", method!(Partition::enter_tick, 0))?;
    class.define_method("leave_tick", method!(Partition::leave_tick, 0))?;
    class.define_method("hold", method!(Partition::hold, 0))?;
    class.define_method("begin_lane", method!(Partition::begin_lane, 0))?;
    class.define_method("end_lane", method!(Partition::end_lane, 1))?;
    class.define_method("conclude", method!(Partition::conclude, 2))?;
    class.define_method("marked_by_transaction", method!(Partition::marked_by_transaction, 1))?;
    class.define_method("marks_by_transaction", method!(Partition::marks_by_transaction, 0))?;
    class.define_method("marks_committed", method!(Partition::marks_committed, 0))?;
    class.define_method("take_waiting_metadata", method!(Partition::take_waiting_metadata, 0))?;
    class.define_method("transactional?", method!(Partition::transactional, 0))?;
    class.define_method("waiting_metadata=", method!(Partition::set_waiting_metadata, 1))?;
    class.define_method("mark", method!(Partition::mark, 3))?;
    class.define_method("mark_message", method!(Partition::mark_message, 2))?;
    class.define_method("marked?", method!(Partition::marked, 1))?;
    class.define_method("paused?", method!(Partition::paused, 0))?;
    class.define_method("user_paused?", method!(Partition::user_paused, 0))?;
    class.define_method("pause", method!(Partition::pause, 2))?;
    class.define_method("expire_pause", method!(Partition::expire_pause, 0))?;
    class.define_method("user_sought", method!(Partition::user_sought, 0))?;
    class.define_method("sought?", method!(Partition::sought, 0))?;
    class.define_method("position", method!(Partition::position, 0))?;
    Ok(())
}
