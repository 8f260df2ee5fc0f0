//! Module functions of `Karafka::Native`: facts about the bundled librdkafka.

use karafka_engine::client::Settings;
use karafka_engine::{error, sys};
use magnus::r_hash::ForEach;
use magnus::value::ReprValue;
use magnus::{function, Error, Module, Object, RArray, RHash, RModule, Ruby, Value};

/// Settings from a Ruby hash: names and values through `to_s`, nil values left out.
///
/// # Errors
/// What a `to_s` raised.
pub fn settings(hash: RHash) -> Result<Settings, Error> {
    let mut settings = Settings::new();
    hash.foreach(|name: Value, value: Value| {
        if !value.is_nil() {
            settings.set(text(name)?, text(value)?);
        }
        Ok(ForEach::Continue)
    })?;
    Ok(settings)
}

fn text(value: Value) -> Result<String, Error> {
    value.funcall::<_, _, magnus::RString>("to_s", ())?.to_string()
}

/// nil when librdkafka's property parser takes every setting, else its text.
fn validate_kafka(hash: RHash) -> Result<Option<String>, Error> {
    Ok(settings(hash)?.validate().err().map(|error| error.to_string()))
}

/// The version of the bundled librdkafka, like `2.12.1`.
fn librdkafka_version() -> String {
    // SAFETY: a static string.
    let native = unsafe { std::ffi::CStr::from_ptr(sys::rd_kafka_version_str()) };
    native.to_string_lossy().into_owned()
}

/// `[[code, name, description], ...]` of every error that librdkafka knows.
fn error_table(ruby: &Ruby) -> Result<RArray, Error> {
    let table = ruby.ary_new();
    for (code, name, description) in error::error_table() {
        table.push((code, name, description))?;
    }
    Ok(table)
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    let error = native.define_error("Error", ruby.exception_standard_error())?;
    native.define_error("ForkedHandleError", error)?;
    native.define_singleton_method("validate_kafka", function!(validate_kafka, 1))?;
    native.define_singleton_method("librdkafka_version", function!(librdkafka_version, 0))?;
    native.define_singleton_method("error_table", function!(error_table, 0))?;
    Ok(())
}
