//! Ruby classes whose objects are one pointer and nothing else, where the wrapper of the binding library would
//! cost an allocation more for each message.

use std::ffi::CStr;
use std::os::raw::c_void;
use std::sync::OnceLock;

use magnus::rb_sys::AsRawValue;
use magnus::{Class, RClass};
use rb_sys::{rb_data_type_t, size_t, VALUE};

/// What the VM calls with the pointer of an object.
pub type Visit = unsafe extern "C" fn(*mut c_void);
/// How many bytes hang on the pointer.
pub type Size = unsafe extern "C" fn(*const c_void) -> size_t;

struct Type(rb_data_type_t);

// SAFETY: written once, read by the VM afterwards.
unsafe impl Send for Type {}
// SAFETY: as above.
unsafe impl Sync for Type {}

/// The native part of one class. Freeing an object never waits and never calls Ruby, so it is done at once.
/// Objects are protected by write barriers: without that each allocation would take a lock of the VM, and one
/// that lives on would be looked at in every collection. So a reference that `mark` names is there from the
/// start.
pub struct NativePart {
    name: &'static CStr,
    mark: Option<Visit>,
    free: Visit,
    size: Size,
    data_type: OnceLock<Type>,
    class: OnceLock<VALUE>,
}

impl NativePart {
    /// `name` is the class's. Neither `free` nor `size` may raise or run Ruby.
    pub const fn new(name: &'static CStr, mark: Option<Visit>, free: Visit, size: Size) -> Self {
        Self { name, mark, free, size, data_type: OnceLock::new(), class: OnceLock::new() }
    }

    /// Gives `class` this part: its objects are made by [`NativePart::wrap`] alone.
    pub fn prepare(&self, class: RClass) {
        class.undef_default_alloc_func();
        // SAFETY: a live class; registering it keeps it, in its place, for the life of the process.
        unsafe { rb_sys::rb_gc_register_mark_object(class.as_raw()) };
        self.class.get_or_init(|| class.as_raw());
    }

    /// The class, once prepared.
    pub fn class(&self) -> Option<VALUE> {
        self.class.get().copied()
    }

    /// An object of `class` that owns `data`.
    ///
    /// # Safety
    /// `class` is a prepared class or inherits from one, and `data` is what `mark`, `free` and `size` take.
    pub unsafe fn wrap(&self, class: VALUE, data: *mut c_void) -> VALUE {
        // SAFETY: the caller's promise.
        unsafe { rb_sys::rb_data_typed_object_wrap(class, data, self.data_type()) }
    }

    /// The pointer of an object.
    ///
    /// # Safety
    /// `object` is of a prepared class: for any other one Ruby raises, past Rust's frames.
    pub unsafe fn data(&self, object: VALUE) -> *mut c_void {
        // SAFETY: the caller's promise.
        unsafe { rb_sys::rb_check_typeddata(object, self.data_type()) }
    }

    /// The pointer of an object, if it is of a prepared class.
    pub fn data_of_any(&self, object: VALUE) -> Option<*mut c_void> {
        // SAFETY: any value may be asked about; one that answers yes has a pointer.
        unsafe { (rb_sys::rb_typeddata_is_kind_of(object, self.data_type()) != 0).then(|| self.data(object)) }
    }

    fn data_type(&self) -> *const rb_data_type_t {
        let made = self.data_type.get_or_init(|| {
            // SAFETY: all zero is a valid type without functions; the ones that matter follow.
            let mut made: rb_data_type_t = unsafe { std::mem::zeroed() };
            made.wrap_struct_name = self.name.as_ptr();
            made.function.dmark = self.mark;
            made.function.dfree = Some(self.free);
            made.function.dsize = Some(self.size);
            made.flags = rb_sys::rbimpl_typeddata_flags::RUBY_TYPED_FREE_IMMEDIATELY as VALUE
                | rb_sys::rbimpl_typeddata_flags::RUBY_TYPED_WB_PROTECTED as VALUE;
            Type(made)
        });
        &raw const made.0
    }
}
