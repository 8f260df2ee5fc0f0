//! Every engine error becomes exactly one Ruby exception, here.

use karafka_engine::cipher::{CipherError, Kind};
use karafka_engine::error::{EngineError, KafkaError};
use magnus::value::ReprValue;
use magnus::{
    kwargs, Class, Error, Exception, ExceptionClass, Module, RClass, RModule, Ruby, TryConvert, Value,
};

/// The Ruby exception of an engine error.
pub fn from_engine(ruby: &Ruby, error: EngineError) -> Error {
    let text = error.to_string();
    let path: &[&str] = match &error {
        EngineError::Kafka(error) => {
            return kafka_exception(ruby, error).map_or_else(|error| error, Error::from)
        }
        EngineError::Argument(_) => return Error::new(ruby.exception_arg_error(), text),
        EngineError::Setting(_) => &["Rdkafka", "Config", "ConfigError"],
        EngineError::Creation(_) => &["Rdkafka", "Config", "ClientCreationError"],
        EngineError::TopicHandle(_) => &["Rdkafka", "Producer", "TopicHandleCreationError"],
        EngineError::ConsumerClosed(_) => &["Rdkafka", "ClosedConsumerError"],
        EngineError::ProducerClosed(_) => &["Rdkafka", "ClosedProducerError"],
        EngineError::AdminClosed(_) => &["Rdkafka", "ClosedAdminError"],
        EngineError::TimedOut { .. } => &["Rdkafka", "AbstractHandle", "WaitTimeoutError"],
        EngineError::Panic(_) => &["Karafka", "Native", "Error"],
    };
    make(ruby, path, text)
}

/// The Ruby exception of a payload that could not be sealed or opened.
pub fn from_cipher(ruby: &Ruby, error: &CipherError) -> Error {
    let text = error.to_string();
    let name = match &error.kind {
        Kind::UnknownKeyVersion(_) => "UnknownKeyVersionError",
        Kind::PayloadTooLarge { .. } => "PayloadTooLargeError",
        Kind::Decryption(_) => "DecryptionError",
        Kind::UnsupportedFormat { .. } => "UnsupportedFormatError",
        Kind::MalformedEnvelope(_) => "MalformedEnvelopeError",
        Kind::EnvelopeAuthentication => "EnvelopeAuthenticationError",
        Kind::TopicMismatch(bound) => return topic_mismatch(ruby, text, bound),
        Kind::Key(_) | Kind::TopicLength(_) => return Error::new(ruby.exception_arg_error(), text),
        Kind::Internal(_) => return make(ruby, &["Karafka", "Native", "Error"], text),
    };
    make(ruby, &["Karafka", "Encryption", "Errors", name], text)
}

/// Carries the bound topic apart from the text: whoever knows better may accept it.
fn topic_mismatch(ruby: &Ruby, text: String, bound: &str) -> Error {
    let made: Result<Exception, Error> =
        class(ruby, &["Karafka", "Encryption", "Errors", "TopicMismatchError"])
            .and_then(|class| class.new_instance((text.as_str(), bound)));
    made.map_or_else(|error| error, Error::from)
}

/// Builds the exception now: a thread that is killed while Ruby's `initialize` runs gives another error
/// here, while magnus, building it on the way out, would take the process down.
fn make(ruby: &Ruby, path: &[&str], text: String) -> Error {
    let made: Result<Exception, Error> =
        class(ruby, path).and_then(|class| class.new_instance((text.as_str(),)));
    made.map_or_else(|error| error, Error::from)
}

/// Unwraps an engine result.
///
/// # Errors
/// The Ruby exception of its error.
pub fn to_ruby<T>(ruby: &Ruby, result: Result<T, EngineError>) -> Result<T, Error> {
    result.map_err(|error| from_engine(ruby, error))
}

/// A `Rdkafka::RdkafkaError` object, for events and reports that carry errors as values.
///
/// # Errors
/// What building the exception raised.
pub fn kafka_exception(ruby: &Ruby, error: &KafkaError) -> Result<Exception, Error> {
    let details = ruby.hash_new();
    if let Some(topic) = &error.topic {
        details.aset(ruby.to_symbol("topic"), topic.as_str())?;
    }
    if let Some(partition) = error.partition {
        details.aset(ruby.to_symbol("partition"), partition)?;
    }
    if let Some(offset) = error.offset {
        details.aset(ruby.to_symbol("offset"), offset)?;
    }
    class(ruby, &["Rdkafka", "RdkafkaError"])?.funcall(
        "new",
        (
            error.code,
            error.prefix.as_deref(),
            kwargs!(
                ruby,
                "broker_message" => error.broker_message.as_deref(),
                "fatal" => error.fatal,
                "retryable" => error.retryable,
                "abortable" => error.abortable,
                "details" => details,
                "instance_name" => error.instance_name.as_deref()
            ),
        ),
    )
}

/// `Karafka::Native::ForkedHandleError`.
pub fn forked(ruby: &Ruby) -> Error {
    let text = "this native client belongs to the parent process; make a new one here";
    make(ruby, &["Karafka", "Native", "ForkedHandleError"], text.to_owned())
}

/// Looks an exception class up by its path, so that Ruby's autoload may bring it.
fn class(ruby: &Ruby, path: &[&str]) -> Result<ExceptionClass, Error> {
    let mut found: Value = ruby.class_object().as_value();
    for name in path {
        found = match RModule::from_value(found) {
            Some(module) => module.const_get(*name)?,
            None => RClass::try_convert(found)?.const_get(*name)?,
        };
    }
    ExceptionClass::from_value(found).ok_or_else(|| {
        Error::new(ruby.exception_type_error(), format!("{} is no exception", path.join("::")))
    })
}
