"""confluent-kafka-python takes MESSAGES messages, MAX at a time, and looks at each value."""
import os
import time

from confluent_kafka import Consumer
from usage import cpu, report

expected, most = int(os.environ["MESSAGES"]), int(os.environ["MAX"])
settings = {
    "bootstrap.servers": os.environ["KAFKA"],
    "group.id": os.environ["GROUP"],
    "auto.offset.reset": "earliest",
}
if os.environ.get("BACKOFF"):
    settings["fetch.queue.backoff.ms"] = int(os.environ["BACKOFF"])
consumer = Consumer(settings)
start = cpu()
consumer.subscribe([os.environ["TOPIC"]])
taken, first = 0, None
while taken < expected:
    for message in consumer.consume(most, 0.1):
        if message.error():
            raise SystemExit(str(message.error()))
        message.value()
        taken += 1
    if taken and first is None:
        first = time.monotonic()
report(messages=taken, seconds=time.monotonic() - first, cpu=cpu() - start)
