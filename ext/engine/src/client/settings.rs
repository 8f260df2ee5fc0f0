//! librdkafka settings by name, and their way into a native configuration.

use std::ffi::CString;

use rdkafka_sys as sys;

use crate::error::EngineError;

/// Settings in the order in which they were given; the last value of a name wins.
#[derive(Debug, Clone, Default)]
pub struct Settings(Vec<(String, String)>);

/// An owned `rd_kafka_conf_t`, destroyed unless a client took it over.
pub(crate) struct NativeSettings(*mut sys::rd_kafka_conf_t);

impl Settings {
    /// No settings: librdkafka's defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces one setting.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let name = name.into();
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value.into()));
    }

    /// Adds a setting unless the user gave one.
    pub fn set_default(&mut self, name: &str, value: &str) {
        if self.get(name).is_none() {
            self.set(name, value);
        }
    }

    /// The value of a setting, if given.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All settings in their order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Whether a boolean setting is given and true.
    pub fn enabled(&self, name: &str) -> bool {
        matches!(self.get(name), Some("true" | "1" | "t"))
    }

    /// Checks every setting against librdkafka's property parser without making a client.
    ///
    /// # Errors
    /// [`EngineError::Setting`] naming the first setting that is refused.
    pub fn validate(&self) -> Result<(), EngineError> {
        self.to_native().map(drop)
    }

    /// # Errors
    /// [`EngineError::Setting`] with librdkafka's own text.
    pub(crate) fn to_native(&self) -> Result<NativeSettings, EngineError> {
        self.refuse_what_the_build_lacks()?;
        // SAFETY: allocates; never fails.
        let native = NativeSettings(unsafe { sys::rd_kafka_conf_new() });
        for (name, value) in &self.0 {
            native.set(name, value)?;
        }
        Ok(native)
    }

    /// librdkafka accepts these and then fails late or vaguely, as this build carries neither
    /// libsasl2 (GSSAPI) nor libcurl (its own OIDC client).
    fn refuse_what_the_build_lacks(&self) -> Result<(), EngineError> {
        let mechanism = self.get("sasl.mechanisms").or_else(|| self.get("sasl.mechanism"));
        let uses_sasl =
            self.get("security.protocol").is_some_and(|protocol| protocol.to_lowercase().starts_with("sasl"));
        if mechanism.is_some_and(|name| name.eq_ignore_ascii_case("GSSAPI"))
            || (uses_sasl && mechanism.is_none())
        {
            return Err(EngineError::Setting(
                "sasl.mechanism GSSAPI (Kerberos, librdkafka's default for SASL) is not in this build: \
                 set sasl.mechanism to PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER"
                    .to_owned(),
            ));
        }
        if self.get("sasl.oauthbearer.method").is_some_and(|method| method.eq_ignore_ascii_case("oidc")) {
            return Err(EngineError::Setting(
                "sasl.oauthbearer.method oidc is not in this build: use the default method with \
                 oauth.token_provider_listener, which fetches the token in Ruby"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

impl FromIterator<(String, String)> for Settings {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        let mut settings = Self::new();
        for (name, value) in pairs {
            settings.set(name, value);
        }
        settings
    }
}

impl NativeSettings {
    fn set(&self, name: &str, value: &str) -> Result<(), EngineError> {
        let text = |what: &str| {
            CString::new(what).map_err(|_| EngineError::Setting(format!("{name}: a NUL byte is not allowed")))
        };
        let (name_text, value_text) = (text(name)?, text(value)?);
        let mut reason = [0 as std::os::raw::c_char; 512];
        // SAFETY: all pointers live through the call; the reason buffer's size is passed along.
        let result = unsafe {
            sys::rd_kafka_conf_set(
                self.0,
                name_text.as_ptr(),
                value_text.as_ptr(),
                reason.as_mut_ptr(),
                reason.len(),
            )
        };
        if result == sys::rd_kafka_conf_res_t::RD_KAFKA_CONF_OK {
            return Ok(());
        }
        let reason = crate::error::text(reason.as_ptr()).unwrap_or_default();
        Err(EngineError::Setting(if reason.is_empty() { format!("{name}: refused") } else { reason }))
    }

    pub(crate) fn as_ptr(&self) -> *mut sys::rd_kafka_conf_t {
        self.0
    }

    /// Gives the pointer away: the client that was made from it owns it now.
    pub(crate) fn release(mut self) {
        self.0 = std::ptr::null_mut();
    }
}

impl Drop for NativeSettings {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: still owned, as `release` clears the pointer.
            unsafe { sys::rd_kafka_conf_destroy(self.0) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_setting_is_named() {
        let settings: Settings = [("no.such".to_owned(), "1".to_owned())].into_iter().collect();
        assert!(settings.validate().unwrap_err().to_string().contains("no.such"));
    }

    #[test]
    fn kerberos_and_oidc_are_refused_by_name() {
        let refused = |name: &str, value: &str| {
            let settings: Settings = [(name.to_owned(), value.to_owned())].into_iter().collect();
            settings.validate().unwrap_err().to_string()
        };
        assert!(refused("sasl.mechanism", "GSSAPI").contains("Kerberos"));
        assert!(refused("security.protocol", "SASL_SSL").contains("Kerberos"));
        assert!(refused("sasl.oauthbearer.method", "oidc").contains("token_provider_listener"));
    }

    #[test]
    fn every_codec_and_mechanism_of_the_promise_is_built_in() {
        // SAFETY: a fresh configuration, read into a buffer whose size is passed along.
        let features = unsafe {
            let native = sys::rd_kafka_conf_new();
            let mut buffer = [0 as std::os::raw::c_char; 512];
            let mut size = buffer.len();
            sys::rd_kafka_conf_get(native, c"builtin.features".as_ptr(), buffer.as_mut_ptr(), &mut size);
            sys::rd_kafka_conf_destroy(native);
            crate::error::text(buffer.as_ptr()).unwrap()
        };
        let features: Vec<&str> = features.split(',').collect();
        for wanted in
            ["gzip", "snappy", "ssl", "sasl", "lz4", "zstd", "sasl_plain", "sasl_scram", "sasl_oauthbearer"]
        {
            assert!(features.contains(&wanted), "{wanted} missing in {features:?}");
        }
    }
}
