//! Ruby objects out of parsed JSON: the same that Ruby's own parser makes of it.

use std::ops::ControlFlow;
use std::os::raw::{c_char, c_long};
use std::sync::atomic::{AtomicUsize, Ordering};

use karafka_engine::json::{Document, Node, Span};
use magnus::rb_sys::protect;
use magnus::Error;
use rb_sys::VALUE;

use crate::vm::names::interned;

const NIL: VALUE = rb_sys::Qnil as VALUE;

/// Longer names are looked up in Ruby's own table each time.
const NAME_BYTES: usize = 48;
/// Names that are kept, each in the place that its hash gives.
const NAMES: usize = 1_024;
/// Elements and pairs that wait on the stack for their container.
const SMALL: usize = 8;
const LARGE: usize = 32;

/// The Array of names, of this process and its children; never moved, never collected.
static NAMES_SEEN: AtomicUsize = AtomicUsize::new(0);

/// Makes the table of names. Called once, while the extension loads.
pub fn init() {
    // SAFETY: called with the VM lock; the Array lives for ever, so what it holds is marked and, when
    // it moves, updated by the collector.
    unsafe {
        let names = rb_sys::rb_ary_new();
        rb_sys::rb_gc_register_mark_object(names);
        rb_sys::rb_ary_store(names, NAMES as c_long - 1, NIL);
        NAMES_SEEN.store(names as usize, Ordering::Relaxed);
    }
}

/// The value at node `at`; `None` where an object names something twice, which Ruby's parsers treat
/// differently from version to version.
///
/// # Errors
/// `NoMemoryError`.
pub fn build(document: Document, at: u32) -> Result<Option<VALUE>, Error> {
    if let Some(value) = immediate(document.node(at)) {
        return Ok(Some(value));
    }
    let mut doubtful = false;
    let made = protect(|| {
        // SAFETY: the table was stored by `init`; the values made are on this stack until they are part
        // of others, and no frame below has a destructor that an exception would skip.
        unsafe {
            let names = NAMES_SEEN.load(Ordering::Relaxed) as VALUE;
            let mut maker = Maker { nodes: document.nodes(at).iter(), document, names, doubtful: false };
            let made = maker.next();
            doubtful = maker.doubtful;
            made
        }
    })?;
    Ok((!doubtful).then_some(made))
}

/// Values that are made without an allocation.
fn immediate(node: Node) -> Option<VALUE> {
    match node {
        Node::Null => Some(NIL),
        Node::Bool(true) => Some(rb_sys::Qtrue as VALUE),
        Node::Bool(false) => Some(rb_sys::Qfalse as VALUE),
        // SAFETY: called with the VM lock; one of 62 bits is no object.
        Node::Int(value) if value.unsigned_abs() < 1 << 61 => Some(unsafe { rb_sys::rb_ll2inum(value) }),
        _ => None,
    }
}

struct Maker<'a> {
    nodes: std::slice::Iter<'a, Node>,
    document: Document<'a>,
    names: VALUE,
    doubtful: bool,
}

impl Maker<'_> {
    /// # Safety
    /// The caller holds the VM lock, keeps the value on its stack, and is called under `protect`.
    unsafe fn next(&mut self) -> VALUE {
        let Some(node) = self.nodes.next() else { return NIL };
        // SAFETY: the caller's promise; text is valid UTF-8 of the length given.
        unsafe {
            match *node {
                Node::Null => NIL,
                Node::Bool(true) => rb_sys::Qtrue as VALUE,
                Node::Bool(false) => rb_sys::Qfalse as VALUE,
                Node::Int(value) => rb_sys::rb_ll2inum(value),
                Node::Big(span) => {
                    let (digits, length) = raw(self.document.text(span));
                    rb_sys::rb_str_to_inum(rb_sys::rb_str_new(digits, length), 10, 0)
                }
                Node::Float(value) => rb_sys::rb_float_new(value),
                Node::Text(span) => {
                    let (bytes, length) = raw(self.document.text(span));
                    rb_sys::rb_utf8_str_new(bytes, length)
                }
                Node::Key(span, hash) => self.name(span, hash),
                Node::Array { count, .. } if count as usize <= SMALL => self.small_array(count as usize),
                Node::Array { count, .. } => self.array(count),
                Node::Object { count, .. } if count as usize <= SMALL => self.object::<{ 2 * SMALL }>(count),
                Node::Object { count, .. } => self.object::<{ 2 * LARGE }>(count),
            }
        }
    }

    /// # Safety
    /// As [`Maker::next`].
    unsafe fn small_array(&mut self, count: usize) -> VALUE {
        let mut elements = [NIL; SMALL];
        // SAFETY: the caller's promise; the elements are on this stack.
        unsafe {
            for element in elements.iter_mut().take(count) {
                *element = self.next();
            }
            rb_sys::rb_ary_new_from_values(count as c_long, elements.as_ptr())
        }
    }

    /// # Safety
    /// As [`Maker::next`].
    unsafe fn array(&mut self, count: u32) -> VALUE {
        // SAFETY: the caller's promise; the Array is on this stack and holds its elements.
        unsafe {
            let array = rb_sys::rb_ary_new_capa(c_long::from(count));
            for _ in 0..count {
                let element = self.next();
                rb_sys::rb_ary_push(array, element);
            }
            array
        }
    }

    /// Inserts half as many pairs at a time as `WAITING` says.
    ///
    /// # Safety
    /// As [`Maker::next`].
    unsafe fn object<const WAITING: usize>(&mut self, count: u32) -> VALUE {
        let mut pairs = [NIL; WAITING];
        // SAFETY: the caller's promise; Hash and pairs are on this stack; names are frozen Strings.
        unsafe {
            let hash = rb_sys::rb_hash_new();
            let mut left = 2 * count as usize;
            while left > 0 {
                let waiting = left.min(WAITING);
                for value in pairs.iter_mut().take(waiting) {
                    *value = self.next();
                }
                rb_sys::rb_hash_bulk_insert(waiting as c_long, pairs.as_ptr(), hash);
                left -= waiting;
            }
            self.doubtful |= rb_sys::rb_hash_size_num(hash) as u64 != u64::from(count);
            hash
        }
    }

    /// The frozen String that all equal names share.
    ///
    /// # Safety
    /// As [`Maker::next`].
    unsafe fn name(&self, span: Span, hash: u32) -> VALUE {
        let text = self.document.text(span);
        let place = c_long::from(hash) & (NAMES as c_long - 1);
        // SAFETY: the caller's promise; the table holds nothing but Strings and nils.
        unsafe {
            if text.len() > NAME_BYTES {
                return interned(text);
            }
            let known = rb_sys::rb_ary_entry(self.names, place);
            if let ControlFlow::Break(known) = compare(known, text) {
                return known;
            }
            let name = interned(text);
            rb_sys::rb_ary_store(self.names, place, name);
            name
        }
    }
}

/// Breaks with a `known` name that has these bytes.
///
/// # Safety
/// A live String or nil; the caller holds the VM lock.
unsafe fn compare(known: VALUE, text: &[u8]) -> ControlFlow<VALUE> {
    if known == NIL {
        return ControlFlow::Continue(());
    }
    // SAFETY: the caller's promise; nothing runs Ruby while the bytes are looked at.
    let bytes = unsafe {
        std::slice::from_raw_parts(
            rb_sys::RSTRING_PTR(known).cast::<u8>(),
            usize::try_from(rb_sys::RSTRING_LEN(known)).unwrap_or(0),
        )
    };
    if bytes == text {
        ControlFlow::Break(known)
    } else {
        ControlFlow::Continue(())
    }
}

fn raw(bytes: &[u8]) -> (*const c_char, c_long) {
    (bytes.as_ptr().cast(), bytes.len() as c_long)
}
