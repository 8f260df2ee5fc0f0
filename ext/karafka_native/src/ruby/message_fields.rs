//! The message Hash of a dispatch: read in one walk, checked, and turned into what the engine sends.

use karafka_engine::client::Settings;
use karafka_engine::producer::{hashed_part, Headers, Outgoing, Partitioner, Placement, TopicSettings};
use magnus::r_hash::ForEach;
use magnus::rb_sys::{AsRawValue, FromRawValue};
use magnus::value::ReprValue;
use magnus::{Error, Module, RArray, RHash, RString, Ruby, TryConvert, Value};
use rb_sys::{ruby_value_type as kind, VALUE};

use super::library;
use crate::vm::errors;
use crate::vm::names::Symbols;

static NAMES: Symbols<10> = Symbols::new([
    c"topic",
    c"payload",
    c"key",
    c"partition",
    c"partition_key",
    c"timestamp",
    c"headers",
    c"label",
    c"topic_config",
    c"partitioner",
]);
const TOPIC: usize = 0;
const PAYLOAD: usize = 1;
const KEY: usize = 2;
const PARTITION: usize = 3;
const PARTITION_KEY: usize = 4;
const TIMESTAMP: usize = 5;
const HEADERS: usize = 6;
const LABEL: usize = 7;
const TOPIC_CONFIG: usize = 8;
const PARTITIONER: usize = 9;

/// The values of a message Hash, as the Hash held them at the walk. Lives on the stack only, where the
/// collector sees the values; nothing that runs Ruby may happen between the walk and the last use of
/// borrowed bytes.
pub struct Fields {
    values: [Option<VALUE>; 10],
    unknown: Option<VALUE>,
}

unsafe extern "C" fn collect(key: VALUE, value: VALUE, fields: VALUE) -> std::os::raw::c_int {
    // SAFETY: `Fields::of` passes its own value for the time of the walk.
    let fields = unsafe { &mut *(fields as *mut Fields) };
    match NAMES.all().iter().position(|known| *known == key) {
        Some(index) => fields.values[index] = Some(value),
        None => fields.unknown = Some(key),
    }
    rb_sys::st_retval::ST_CONTINUE as std::os::raw::c_int
}

impl Fields {
    pub fn of(message: RHash) -> Self {
        Self::usual(message).unwrap_or_else(|| Self::walked(message))
    }

    /// A message with topic, payload and key alone, or without the last: look-ups are cheaper than a walk.
    fn usual(message: RHash) -> Option<Self> {
        let size = message.len();
        if !(2..=3).contains(&size) {
            return None;
        }
        let mut fields = Self { values: [None; 10], unknown: None };
        for (field, key) in fields.values.iter_mut().zip(NAMES.all()).take(size) {
            let absent = rb_sys::Qundef as VALUE;
            // SAFETY: a live Hash; a Symbol is compared without running Ruby code.
            let value = unsafe { rb_sys::rb_hash_lookup2(message.as_raw(), *key, absent) };
            *field = Some((value != absent).then_some(value)?);
        }
        Some(fields)
    }

    fn walked(message: RHash) -> Self {
        let mut fields = Self { values: [None; 10], unknown: None };
        // SAFETY: a live Hash; the callback neither raises nor runs Ruby.
        unsafe { rb_sys::rb_hash_foreach(message.as_raw(), Some(collect), &raw mut fields as VALUE) };
        fields
    }

    /// The value of a field; `None` where it is absent or nil.
    fn given(&self, index: usize) -> Option<VALUE> {
        self.values[index].filter(|value| *value != rb_sys::Qnil as VALUE)
    }

    fn value(&self, index: usize) -> Option<Value> {
        // SAFETY: held by the Hash, and by this stack frame.
        self.given(index).map(|value| unsafe { Value::from_raw(value) })
    }

    fn bytes(&self, ruby: &Ruby, index: usize) -> Result<Option<&[u8]>, Error> {
        let Some(value) = self.given(index) else { return Ok(None) };
        // SAFETY: a live value; the bytes are copied by librdkafka before Ruby runs again.
        unsafe { string_bytes(value) }.map(Some).ok_or_else(|| {
            Error::new(ruby.exception_type_error(), format!("{:?} must be a String", NAMES.texts()[index]))
        })
    }

    /// Whether the message carries what only a few do, and what needs more than its bytes.
    pub fn is_particular(&self) -> bool {
        [PARTITION_KEY, TIMESTAMP, HEADERS, LABEL, TOPIC_CONFIG]
            .iter()
            .any(|index| self.given(*index).is_some())
    }

    /// What a message may carry for the caller alone.
    pub fn label(&self) -> Option<Value> {
        self.value(LABEL)
    }

    /// Refuses what no message has.
    pub fn refuse_unknown(&self, ruby: &Ruby) -> Result<(), Error> {
        let missing = self.values[TOPIC].is_none().then_some("topic");
        // SAFETY: a key of the live Hash.
        match (self.unknown.map(|key| unsafe { Value::from_raw(key) }), missing) {
            (Some(key), _) => {
                Err(Error::new(ruby.exception_arg_error(), format!("unknown keyword: {}", key.inspect())))
            }
            (None, Some(name)) => {
                Err(Error::new(ruby.exception_arg_error(), format!("missing keyword: :{name}")))
            }
            (None, None) => Ok(()),
        }
    }

    /// The topic's name, borrowed.
    pub fn topic(&self, ruby: &Ruby) -> Result<&str, Error> {
        let bytes = self.bytes(ruby, TOPIC)?.unwrap_or_default();
        std::str::from_utf8(bytes).map_err(|_| Error::new(ruby.exception_arg_error(), "topic must be text"))
    }

    pub fn topic_settings(&self) -> Result<TopicSettings, Error> {
        let Some(config) = self.value(TOPIC_CONFIG) else { return Ok(TopicSettings::default()) };
        let settings: Settings = library::settings(RHash::try_convert(config)?)?;
        Ok(settings.pairs().iter().cloned().collect())
    }

    /// The partition key's hash of this message, if it has a partition key.
    pub fn partitioner(&self, ruby: &Ruby, default: Partitioner) -> Result<Option<Partitioner>, Error> {
        if self.given(PARTITION_KEY).is_none() {
            return Ok(None);
        }
        let own = match self.value(PARTITIONER) {
            Some(name) => Some(name),
            None => self.configured_partitioner()?,
        };
        own.map_or(Ok(Some(default)), |name| {
            let name: String = name.funcall("to_s", ())?;
            errors::to_ruby(ruby, Partitioner::named(&name)).map(Some)
        })
    }

    fn configured_partitioner(&self) -> Result<Option<Value>, Error> {
        let Some(config) = self.value(TOPIC_CONFIG) else { return Ok(None) };
        // SAFETY: as in `keys`.
        let name = unsafe { Value::from_raw(NAMES.all()[PARTITIONER]) };
        Ok(RHash::try_convert(config)?.get(name).filter(|found| !found.is_nil()))
    }

    /// Everything that needs Ruby, before bytes are borrowed: timestamp and headers.
    pub fn prepare(&self, ruby: &Ruby) -> Result<(Option<i64>, Option<Headers>), Error> {
        let timestamp = self.value(TIMESTAMP).map(|value| milliseconds(ruby, value)).transpose()?;
        let headers = self.value(HEADERS).map(|value| headers(ruby, value)).transpose()?;
        Ok((timestamp, headers))
    }

    /// The message, borrowing from Ruby's Strings.
    pub fn outgoing(
        &self,
        ruby: &Ruby,
        prepared: (Option<i64>, Option<Headers>),
        partitioner: Option<Partitioner>,
    ) -> Result<Outgoing<'_>, Error> {
        let (timestamp, headers) = prepared;
        let partition = match self.value(PARTITION) {
            Some(value) => Some(i32::try_convert(value)?),
            None => None,
        };
        Ok(Outgoing {
            payload: self.bytes(ruby, PAYLOAD)?,
            key: self.bytes(ruby, KEY)?,
            timestamp,
            headers,
            placement: self.placement(ruby, partitioner, partition)?,
        })
    }

    fn placement(
        &self,
        ruby: &Ruby,
        partitioner: Option<Partitioner>,
        partition: Option<i32>,
    ) -> Result<Placement<'_>, Error> {
        Ok(match (partitioner, self.bytes(ruby, PARTITION_KEY)?, partition) {
            (Some(partitioner), Some(key), _) => {
                let characters = self.given(PARTITION_KEY).map_or(key.len(), |value| {
                    // SAFETY: `bytes` has just found a String; counting its characters runs no Ruby code.
                    let size = unsafe { rb_sys::rb_str_strlen(value) };
                    usize::try_from(size).unwrap_or(key.len())
                });
                let key = hashed_part(key, characters);
                Placement::PartitionKey { key, partitioner, otherwise: partition.unwrap_or(-1) }
            }
            (_, _, Some(partition)) if partition >= 0 => Placement::Partition(partition),
            _ => Placement::ByKey,
        })
    }

    /// Whether the message surely passes its contract. False leaves the verdict to the contract.
    pub fn plainly_valid(&self, max_payload_size: usize) -> bool {
        let text = |index: usize| match self.given(index) {
            None => true,
            // SAFETY: a live value of the Hash.
            Some(value) => unsafe { string_bytes(value) }.is_some_and(|bytes| !bytes.is_empty()),
        };
        // SAFETY: as above.
        let topic = self.given(TOPIC).and_then(|value| unsafe { string_bytes(value) });
        let payload = match self.values[PAYLOAD] {
            None => false,
            Some(value) if value == rb_sys::Qnil as VALUE => true,
            Some(value) => {
                // SAFETY: as above.
                unsafe { string_bytes(value) }.is_some_and(|bytes| bytes.len() <= max_payload_size)
            }
        };
        let partition = match self.values[PARTITION] {
            None => true,
            Some(value) => {
                rb_sys::FIXNUM_P(value) && (-1..=i32::MAX as isize).contains(&((value as isize) >> 1))
            }
        };
        let timestamp = self.given(TIMESTAMP).is_none_or(rb_sys::FIXNUM_P);
        self.unknown.is_none()
            && self.values[TOPIC_CONFIG].is_none()
            && self.values[PARTITIONER].is_none()
            && topic.is_some_and(is_topic_name)
            && payload
            && partition
            && timestamp
            && text(KEY)
            && text(PARTITION_KEY)
            && self.plain_headers()
    }

    fn plain_headers(&self) -> bool {
        let Some(headers) = self.value(HEADERS) else { return true };
        let Some(headers) = RHash::from_value(headers) else { return false };
        let mut plain = true;
        // SAFETY: a live Hash; the callback neither raises nor runs Ruby.
        unsafe { rb_sys::rb_hash_foreach(headers.as_raw(), Some(all_text), &raw mut plain as VALUE) };
        plain
    }
}

unsafe extern "C" fn all_text(key: VALUE, value: VALUE, plain: VALUE) -> std::os::raw::c_int {
    // SAFETY: `plain_headers` passes its own flag for the time of the walk; keys and values are live.
    unsafe {
        if string_bytes(key).is_none() || string_bytes(value).is_none() {
            *(plain as *mut bool) = false;
        }
    }
    rb_sys::st_retval::ST_CONTINUE as std::os::raw::c_int
}

/// The bytes of a String; `None` for anything else.
///
/// # Safety
/// `value` is live and no Ruby code runs while the bytes are in use.
unsafe fn string_bytes<'a>(value: VALUE) -> Option<&'a [u8]> {
    // SAFETY: the caller's promise; a String's pointer is never null and its length goes with it.
    unsafe {
        if rb_sys::SPECIAL_CONST_P(value) || rb_sys::RB_BUILTIN_TYPE(value) != kind::RUBY_T_STRING {
            return None;
        }
        let length = usize::try_from(rb_sys::RSTRING_LEN(value)).ok()?;
        Some(std::slice::from_raw_parts(rb_sys::RSTRING_PTR(value).cast::<u8>(), length))
    }
}

fn is_topic_name(name: &[u8]) -> bool {
    !name.is_empty()
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// Milliseconds since the epoch of an Integer (taken as they are) or a Time (truncated).
fn milliseconds(ruby: &Ruby, value: Value) -> Result<i64, Error> {
    if let Some(integer) = magnus::Integer::from_value(value) {
        return integer.to_i64();
    }
    // Asked, not looked up: `Time.current` of Rails says that it is one, and its class is another.
    let time: magnus::RClass = ruby.class_object().const_get("Time")?;
    if !value.funcall::<_, _, bool>("is_a?", (time,))? {
        return Err(Error::new(ruby.exception_type_error(), "timestamp must be a Time or milliseconds"));
    }
    let nanoseconds: i64 = value.funcall("nsec", ())?;
    let seconds: i64 = value.funcall("to_i", ())?;
    Ok(seconds * 1_000 + nanoseconds / 1_000_000)
}

fn headers(ruby: &Ruby, value: Value) -> Result<Headers, Error> {
    let hash = RHash::try_convert(value)?;
    let mut headers = errors::to_ruby(ruby, Headers::with_capacity(hash.len()))?;
    hash.foreach(|name: Value, value: Value| {
        let name = text(name)?;
        match RArray::from_value(value) {
            Some(values) => {
                for index in 0..values.len() {
                    add(ruby, &mut headers, name, values.entry(index as isize)?)?;
                }
            }
            None => add(ruby, &mut headers, name, value)?,
        }
        Ok(ForEach::Continue)
    })?;
    Ok(headers)
}

fn add(ruby: &Ruby, headers: &mut Headers, name: RString, value: Value) -> Result<(), Error> {
    let value = if value.is_nil() { None } else { Some(text(value)?) };
    // SAFETY: both Strings are on this stack, and the engine copies them before Ruby runs again.
    let added = unsafe { headers.add(name.as_slice(), value.as_ref().map(|value| value.as_slice())) };
    errors::to_ruby(ruby, added)
}

fn text(value: Value) -> Result<RString, Error> {
    RString::from_value(value).map_or_else(|| value.funcall("to_s", ()), Ok)
}
