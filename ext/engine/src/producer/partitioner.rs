//! Partitions from keys, bit for bit as librdkafka computes them.

use std::os::raw::c_void;

use rdkafka_sys as sys;

use crate::error::EngineError;

/// A hash that maps a key to one of the partitions of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partitioner {
    /// Any partition.
    Random,
    /// CRC32.
    Consistent,
    /// CRC32; any partition for empty keys. librdkafka's default.
    ConsistentRandom,
    /// Java's hash; an empty key has a partition too.
    Murmur2,
    /// Java's hash; any partition for nil keys.
    Murmur2Random,
    /// FNV-1a; an empty key has a partition too.
    Fnv1a,
    /// FNV-1a; any partition for nil keys.
    Fnv1aRandom,
}

type Native = unsafe extern "C" fn(
    *const sys::rd_kafka_topic_t,
    *const c_void,
    usize,
    i32,
    *mut c_void,
    *mut c_void,
) -> i32;

impl Partitioner {
    /// The partitioner of this name.
    ///
    /// # Errors
    /// [`EngineError::Setting`] naming what is unknown.
    pub fn named(name: &str) -> Result<Self, EngineError> {
        Ok(match name {
            "random" => Self::Random,
            "consistent" => Self::Consistent,
            "consistent_random" => Self::ConsistentRandom,
            "murmur2" => Self::Murmur2,
            "murmur2_random" => Self::Murmur2Random,
            "fnv1a" => Self::Fnv1a,
            "fnv1a_random" => Self::Fnv1aRandom,
            _ => return Err(EngineError::Setting(format!("Unknown partitioner: {name}"))),
        })
    }

    /// The partition of `key` out of `count` (at least 1).
    ///
    /// # Safety
    /// `topic` is a live topic of a client (random ones ask it for available partitions), or null
    /// for the others.
    pub unsafe fn partition(self, topic: *const sys::rd_kafka_topic_t, key: &[u8], count: i32) -> i32 {
        let native: Native = match self {
            Self::Random => sys::rd_kafka_msg_partitioner_random,
            Self::Consistent => sys::rd_kafka_msg_partitioner_consistent,
            Self::ConsistentRandom => sys::rd_kafka_msg_partitioner_consistent_random,
            Self::Murmur2 => sys::rd_kafka_msg_partitioner_murmur2,
            Self::Murmur2Random => sys::rd_kafka_msg_partitioner_murmur2_random,
            Self::Fnv1a => sys::rd_kafka_msg_partitioner_fnv1a,
            Self::Fnv1aRandom => sys::rd_kafka_msg_partitioner_fnv1a_random,
        };
        let nothing = std::ptr::null_mut();
        // SAFETY: the caller's promise; the key's length goes along and no opaque is used by these.
        unsafe { native(topic, key.as_ptr().cast(), key.len(), count, nothing, nothing) }
    }
}

/// The part of a key that is hashed: as many bytes as it has *characters*. Existing keys were placed
/// that way, and a key must keep its partition.
pub fn hashed_part(key: &[u8], characters: usize) -> &[u8] {
    &key[..characters.min(key.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str, key: &[u8], count: i32) -> i32 {
        // SAFETY: none of the named ones is random for a key that is not empty.
        unsafe { Partitioner::named(name).unwrap().partition(std::ptr::null(), key, count) }
    }

    #[test]
    fn consistent_is_crc32() {
        // CRC32("hello") = 0x3610a686, CRC32("123456789") = 0xcbf43926 (check value of the standard).
        assert_eq!(place("consistent", b"hello", 7), (0x3610_a686_u32 % 7) as i32);
        assert_eq!(place("consistent", b"123456789", 10), (0xcbf4_3926_u32 % 10) as i32);
        assert_eq!(place("consistent_random", b"hello", 7), place("consistent", b"hello", 7));
    }

    #[test]
    fn murmur2_is_the_hash_of_the_java_client() {
        // From Kafka's own UtilsTest.
        for (key, hash) in
            [("21", -973_932_308_i32), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536)]
        {
            let positive = hash & 0x7fff_ffff;
            assert_eq!(place("murmur2", key.as_bytes(), 13), positive % 13, "{key}");
            assert_eq!(place("murmur2_random", key.as_bytes(), 13), positive % 13, "{key}");
        }
    }

    #[test]
    fn fnv1a_is_the_hash_of_sarama() {
        // FNV-1a 32 of "foobar" is 0xbf9cf968; the client takes the absolute value of the signed hash.
        let hash = (0xbf9c_f968_u32 as i32).wrapping_abs();
        assert_eq!(place("fnv1a", b"foobar", 11), hash % 11);
        assert_eq!(place("fnv1a_random", b"foobar", 11), hash % 11);
    }

    #[test]
    fn multi_byte_keys_hash_as_many_bytes_as_they_have_characters() {
        let key = "zażółć".as_bytes(); // 6 characters, 10 bytes
        assert_eq!(hashed_part(key, 6), &key[..6]);
        assert_eq!(hashed_part(b"plain", 5), b"plain");
        assert_ne!(place("consistent", hashed_part(key, 6), 1_000), place("consistent", key, 1_000));
    }

    #[test]
    fn an_unknown_name_is_refused() {
        assert!(Partitioner::named("modulo").unwrap_err().to_string().contains("modulo"));
    }
}
