//! The native part of objects that the binding library wrapped, found without its `rb_protect`, which costs
//! as much as the rest of a short call: users make some of them for each message.

use std::marker::PhantomData;
use std::ops::Deref;

use magnus::rb_sys::AsRawValue;
use magnus::value::ReprValue;
use magnus::{DataType, Error, Ruby, TryConvert, TypedData, Value};
use rb_sys::macros::{RB_TYPE_P, RTYPEDDATA_GET_DATA, RTYPEDDATA_P, RTYPEDDATA_TYPE};
use rb_sys::ruby_value_type::RUBY_T_DATA;
use rb_sys::{rb_data_type_t, VALUE};

/// An object that has a `T`: what a method takes in place of `&T`, for its receiver as for its arguments.
/// It is the object itself, so that one on a stack keeps it, as `magnus::typed_data::Obj` does.
pub struct Part<T: TypedData>(VALUE, PhantomData<T>);

impl<T: TypedData> Part<T> {
    /// None for whatever has no `T`. Nothing raises, and no Ruby code runs.
    pub fn of(object: Value) -> Option<Self> {
        let raw = object.as_raw();
        // The library's type of a class is laid out as Ruby's (`repr(transparent)`).
        let data_type = std::ptr::from_ref::<DataType>(T::data_type()).cast::<rb_data_type_t>();
        // SAFETY: any value may be asked for its kind, data for being typed, and typed data for the rest.
        let holds = unsafe {
            RB_TYPE_P(raw, RUBY_T_DATA)
                && RTYPEDDATA_P(raw)
                && RTYPEDDATA_TYPE(raw) == data_type
                && !RTYPEDDATA_GET_DATA(raw).is_null()
        };
        holds.then_some(Self(raw, PhantomData))
    }
}

impl<T: TypedData> Deref for Part<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: `of` asked for both, and the object owns its part as long as it lives.
        unsafe { &*RTYPEDDATA_GET_DATA(self.0).cast::<T>().cast_const() }
    }
}

impl<T: TypedData> TryConvert for Part<T> {
    fn try_convert(value: Value) -> Result<Self, Error> {
        Self::of(value).ok_or_else(|| {
            let ruby = Ruby::get_with(value);
            // SAFETY: a live object, whose class's name is copied at once.
            let given = unsafe { value.classname() }.into_owned();
            let text = format!("no implicit conversion of {given} into {}", T::class(&ruby));
            Error::new(ruby.exception_type_error(), text)
        })
    }
}
