//! What an error among the messages means for the poll that met it.

use rdkafka_sys::rd_kafka_resp_err_t as code;

use crate::error::KafkaError;

/// How a poll goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reaction {
    /// Expected: the poll ends early, nobody is told.
    Swallow,
    /// Told at once; the poll ends early and the next one goes on.
    Report,
    /// Told, and the client is of no use any more.
    Fail,
    /// Transient: wait, then try again within this poll.
    Retry,
}

/// `auto_create`: `allow.auto.create.topics` is on, so a missing topic is about to appear.
///
/// Only what passes by itself is retried. Whatever else librdkafka hands to consumers (a refused group,
/// a corrupt message, a lost topic) is told at once: it may come but once, or each second for ever, and
/// a poll that swallows it would leave a member idle without a word.
pub(super) fn to(error: &KafkaError, auto_create: bool) -> Reaction {
    const TRANSIENT: [i32; 14] = [
        code::RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN as i32,
        code::RD_KAFKA_RESP_ERR__TIMED_OUT as i32,
        code::RD_KAFKA_RESP_ERR__WAIT_COORD as i32,
        code::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT as i32,
        code::RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE as i32,
        code::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION as i32,
        code::RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE as i32,
        code::RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE as i32,
        code::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS as i32,
        code::RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE as i32,
        code::RD_KAFKA_RESP_ERR_NOT_COORDINATOR as i32,
        code::RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS as i32,
        code::RD_KAFKA_RESP_ERR_STALE_MEMBER_EPOCH as i32,
        code::RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR as i32,
    ];
    const MISSING_TOPIC: i32 = code::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART as i32;
    if error.fatal {
        Reaction::Fail
    } else if error.code == MISSING_TOPIC && auto_create {
        Reaction::Swallow
    } else if TRANSIENT.contains(&error.code) {
        Reaction::Retry
    } else {
        Reaction::Report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_topic_is_swallowed_only_while_it_may_be_created() {
        let missing = KafkaError::of(code::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART as i32);
        assert_eq!(to(&missing, true), Reaction::Swallow);
        assert_eq!(to(&missing, false), Reaction::Report);
    }

    #[test]
    fn fatal_errors_end_the_client_whatever_their_code() {
        let fenced =
            KafkaError { fatal: true, ..KafkaError::of(code::RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID as i32) };
        assert_eq!(to(&fenced, true), Reaction::Fail);
    }

    #[test]
    fn critical_states_are_told_at_once() {
        for critical in [
            code::RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL,
            code::RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED,
            code::RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
            code::RD_KAFKA_RESP_ERR__TRANSPORT,
            code::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
            code::RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            code::RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
            code::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
            code::RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET,
            code::RD_KAFKA_RESP_ERR_UNRELEASED_INSTANCE_ID,
            code::RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
        ] {
            assert_eq!(to(&KafkaError::of(critical as i32), false), Reaction::Report, "{critical:?}");
        }
    }

    #[test]
    fn what_passes_is_retried_and_what_does_not_is_told() {
        let of = |code| to(&KafkaError::of(code), false);
        assert_eq!(of(code::RD_KAFKA_RESP_ERR__TIMED_OUT as i32), Reaction::Retry);
        assert_eq!(of(code::RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE as i32), Reaction::Retry);
        assert_eq!(of(code::RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT as i32), Reaction::Report);
        assert_eq!(of(code::RD_KAFKA_RESP_ERR__BAD_MSG as i32), Reaction::Report);
    }
}
