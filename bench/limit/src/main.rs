//! `limit`: what librdkafka alone can do, to compare everything else with.
//!
//! One thread, no Ruby. Prints one JSON line with messages, seconds, CPU seconds of the whole
//! process, and peak resident memory. Bench code: an error ends the program with a message.

mod allocator;
mod client;
mod consume;
mod pace;
mod produce;
mod topic;
mod usage;

use client::Failure;

const USAGE: &str = "usage:
  limit features
  limit create BROKERS TOPIC PARTITIONS
  limit consume BROKERS TOPIC GROUP MESSAGES MAX   takes MESSAGES, at most MAX at a time
  limit produce BROKERS TOPIC MESSAGES SIZE        produces JSON payloads of SIZE bytes with keys
  limit pace BROKERS TOPIC RATE WARMUP SECONDS     produces RATE timestamped messages a second";

fn number(text: &str) -> Result<usize, Failure> {
    text.parse().map_err(|_| Failure(format!("not a number: {text}")))
}

fn run(arguments: &[&str]) -> Result<(), Failure> {
    match arguments {
        ["features"] => client::print_features(),
        ["create", brokers, topic, partitions] => topic::create(brokers, topic, number(partitions)?),
        ["consume", brokers, topic, group, messages, max] => {
            consume::run(brokers, topic, group, number(messages)?, number(max)?)
        }
        ["produce", brokers, topic, messages, size] => {
            produce::run(brokers, topic, number(messages)?, number(size)?)
        }
        ["pace", brokers, topic, rate, warmup, seconds] => {
            pace::run(brokers, topic, number(rate)?, number(warmup)?, number(seconds)?)
        }
        _ => Err(Failure(USAGE.into())),
    }
}

fn main() {
    allocator::choose();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let Err(Failure(message)) = run(&arguments) {
        eprintln!("{message}");
        std::process::exit(1);
    }
}
