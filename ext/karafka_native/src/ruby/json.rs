//! `Karafka::Native::Documents`: JSON of messages and Strings.
//!
//! Every function answers with a value of JSON, or with a Symbol, which none is: `:refused` where
//! Ruby's parser must decide, `:elsewhere` for a message whose payload is not in its batch alone.

use std::borrow::Cow;
use std::sync::Arc;

use karafka_engine::json::{Document, Found, Pointer, ReadAhead, Tape};
use magnus::encoding::EncodingCapable;
use magnus::rb_sys::{AsRawValue, FromRawValue};
use magnus::value::ReprValue;
use magnus::{function, Error, Module, Object, RModule, RString, Ruby, TryConvert, Value};

use super::batch::Batch;
use super::json_values;
use crate::vm::lock;
use crate::vm::names::{self, Name};
use crate::vm::part::Part;

/// Longer documents are parsed with the VM lock released, shorter ones within microseconds.
const LOCKED_BYTES: usize = 64 * 1024;

thread_local! {
    /// Memory for the next String.
    static TAPE: std::cell::Cell<Tape> = std::cell::Cell::default();
}

fn refused(ruby: &Ruby) -> Value {
    ruby.sym_new("refused").as_value()
}

fn elsewhere(ruby: &Ruby) -> Value {
    ruby.sym_new("elsewhere").as_value()
}

/// The batch that has the payload of `message`, and its place there; `None` once the payload was read
/// or replaced, and for messages that somebody built.
fn place(message: Value) -> Option<(Part<Batch>, usize)> {
    // SAFETY: a live object; reading an unset instance variable gives nil.
    let read = |name: &Name| unsafe { Value::from_raw(rb_sys::rb_attr_get(message.as_raw(), name.id())) };
    let batch = read(&names::BATCH);
    if batch.is_nil() || !read(&names::RAW_PAYLOAD).is_nil() {
        return None;
    }
    Some((Part::of(batch)?, usize::try_convert(read(&names::INDEX)).ok()?))
}

/// The payload of a message.
fn of(ruby: &Ruby, message: Value) -> Result<Value, Error> {
    let Some((batch, index)) = place(message) else { return Ok(elsewhere(ruby)) };
    within(ruby, &batch, index, whole)
}

/// One value of the payload of a message, nil where there is none.
fn at(ruby: &Ruby, message: Value, pointer: RString) -> Result<Value, Error> {
    let Some((batch, index)) = place(message) else { return Ok(elsewhere(ruby)) };
    find(ruby, batch, index, pointer)
}

/// The same for message `index` of a batch.
fn find(ruby: &Ruby, batch: Part<Batch>, index: usize, pointer: RString) -> Result<Value, Error> {
    within(ruby, &batch, index, |document| target(ruby, pointer, document))
}

fn whole(document: &Document) -> Result<Option<u32>, Error> {
    Ok(Some(document.first()))
}

/// Where a pointer leads. Called with the VM lock, right before something is built.
fn target(ruby: &Ruby, pointer: RString, document: &Document) -> Result<Option<u32>, Error> {
    // SAFETY: borrowed while nothing of Ruby runs.
    let text = std::str::from_utf8(unsafe { pointer.as_slice() });
    let text = text.map_err(|_| Error::new(ruby.exception_arg_error(), "a JSON pointer must be UTF-8"))?;
    Ok(parsed(ruby, text)?.find(document))
}

/// Finds a node in the payload of message `index` and builds what is there.
fn within(
    ruby: &Ruby,
    batch: &Batch,
    index: usize,
    find: impl FnOnce(&Document) -> Result<Option<u32>, Error>,
) -> Result<Value, Error> {
    let ahead = batch.parsed(ruby)?;
    match ahead.ask(index) {
        Found::Null => Ok(ruby.qnil().as_value()),
        Found::Refused => Ok(refused(ruby)),
        Found::Parsed(document) => build(ruby, &document, find),
        Found::Unread => alone(ruby, ahead, index, find),
    }
}

fn alone(
    ruby: &Ruby,
    ahead: &Arc<ReadAhead>,
    index: usize,
    find: impl FnOnce(&Document) -> Result<Option<u32>, Error>,
) -> Result<Value, Error> {
    let alone = if ahead.size(index) > LOCKED_BYTES {
        lock::release(ruby, || ahead.parse(index), lock::no_wake)?
    } else {
        ahead.parse(index)
    };
    let made = match ahead.document(&alone) {
        Some(document) => build(ruby, &document, find),
        None => Ok(refused(ruby)),
    };
    ahead.keep(alone);
    made
}

fn build(
    ruby: &Ruby,
    document: &Document,
    find: impl FnOnce(&Document) -> Result<Option<u32>, Error>,
) -> Result<Value, Error> {
    let Some(at) = find(document)? else { return Ok(ruby.qnil().as_value()) };
    let made = json_values::build(*document, at)?;
    // SAFETY: a value that was just made.
    Ok(made.map_or_else(|| refused(ruby), |made| unsafe { Value::from_raw(made) }))
}

/// The document in a String.
fn parse(ruby: &Ruby, source: Value) -> Result<Value, Error> {
    inside(ruby, source, whole)
}

/// One value of the document in a String, nil where there is none.
fn parse_at(ruby: &Ruby, source: Value, pointer: RString) -> Result<Value, Error> {
    inside(ruby, source, |document| target(ruby, pointer, document))
}

fn inside(
    ruby: &Ruby,
    source: Value,
    find: impl FnOnce(&Document) -> Result<Option<u32>, Error>,
) -> Result<Value, Error> {
    let Some(string) = RString::from_value(source) else { return Ok(refused(ruby)) };
    let encoding = string.enc_get();
    // Ruby's parser reads binary Strings as UTF-8, and converts all others.
    if encoding != ruby.utf8_encindex() && encoding != ruby.ascii8bit_encindex() {
        return Ok(refused(ruby));
    }
    let mut tape = TAPE.take();
    tape.clear();
    // SAFETY: borrowed while the VM lock is held and nothing writes to Strings: building others does not.
    let source = unsafe { string.as_slice() };
    let made = if source.len() > LOCKED_BYTES {
        let copy = source.to_vec();
        lock::release(ruby, || tape.push(&copy), lock::no_wake)?
            .map(|first| build(ruby, &tape.document(first, &copy), find))
    } else {
        tape.push(source).map(|first| build(ruby, &tape.document(first, source), find))
    };
    TAPE.set(tape);
    // The String must not be collected or moved while its bytes are borrowed.
    std::hint::black_box(string);
    made.unwrap_or_else(|| Ok(refused(ruby)))
}

fn parsed<'a>(ruby: &Ruby, pointer: &'a str) -> Result<Pointer<'a>, Error> {
    Pointer::new(pointer).map_err(|error| Error::new(ruby.exception_arg_error(), error.to_string()))
}

/// The reference tokens of a JSON pointer, unescaped.
fn tokens(ruby: &Ruby, pointer: String) -> Result<Vec<String>, Error> {
    Ok(parsed(ruby, &pointer)?.tokens().map(Cow::into_owned).collect())
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    json_values::init();
    let documents = native.define_module("Documents")?;
    documents.define_singleton_method("of", function!(of, 1))?;
    documents.define_singleton_method("at", function!(at, 2))?;
    documents.define_singleton_method("find", function!(find, 3))?;
    documents.define_singleton_method("parse", function!(parse, 1))?;
    documents.define_singleton_method("parse_at", function!(parse_at, 2))?;
    documents.define_singleton_method("tokens", function!(tokens, 1))?;
    let _ = ruby;
    Ok(())
}
