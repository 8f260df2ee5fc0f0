//! A librdkafka client and its settings. Owns the handle; single-threaded.

use rdkafka_sys as rd;
use std::ffi::{CStr, CString};
use std::os::raw::c_char;

/// Why the program ends.
pub struct Failure(pub String);

/// A C string, without the bytes that C cannot hold.
pub fn c_string(text: &str) -> CString {
    CString::new(text.replace('\0', "")).unwrap_or_default()
}

/// One client; destroyed when dropped.
pub struct Client {
    /// librdkafka's handle, never null.
    pub handle: *mut rd::rd_kafka_t,
}

impl Client {
    /// Makes a client of the kind with these settings; `adjust` may change the configuration further.
    pub fn new(
        kind: rd::rd_kafka_type_t,
        settings: &[(&str, &str)],
        adjust: impl FnOnce(*mut rd::rd_kafka_conf_t),
    ) -> Result<Self, Failure> {
        let mut said = [0 as c_char; 512];
        // SAFETY: the configuration lives until `rd_kafka_new` takes it; the buffer is `said.len()` long.
        unsafe {
            let conf = rd::rd_kafka_conf_new();
            for (name, value) in settings {
                let (name, value) = (c_string(name), c_string(value));
                let set =
                    rd::rd_kafka_conf_set(conf, name.as_ptr(), value.as_ptr(), said.as_mut_ptr(), said.len());
                if set != rd::rd_kafka_conf_res_t::RD_KAFKA_CONF_OK {
                    return Err(Failure(text(said.as_ptr())));
                }
            }
            adjust(conf);
            let handle = rd::rd_kafka_new(kind, conf, said.as_mut_ptr(), said.len());
            if handle.is_null() {
                Err(Failure(text(said.as_ptr())))
            } else {
                Ok(Self { handle })
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: the handle came from `rd_kafka_new` and is destroyed once.
        unsafe { rd::rd_kafka_destroy(self.handle) }
    }
}

fn text(from: *const c_char) -> String {
    // SAFETY: callers pass a string that librdkafka has terminated.
    unsafe { CStr::from_ptr(from) }.to_string_lossy().into_owned()
}

/// Prints librdkafka's version and what it was built with.
pub fn print_features() -> Result<(), Failure> {
    let name = c_string("builtin.features");
    let mut value = [0 as c_char; 512];
    let mut size = value.len();
    // SAFETY: the buffer is `size` long; the configuration is destroyed after its use.
    unsafe {
        let conf = rd::rd_kafka_conf_new();
        rd::rd_kafka_conf_get(conf, name.as_ptr(), value.as_mut_ptr(), &mut size);
        rd::rd_kafka_conf_destroy(conf);
        println!("librdkafka {}: {}", text(rd::rd_kafka_version_str()), text(value.as_ptr()));
    }
    Ok(())
}
