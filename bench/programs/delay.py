"""confluent-kafka-python measures how long each message of `limit pace` was on its way."""
import os
import time

from confluent_kafka import Consumer
from usage import cpu, report

expected = int(os.environ["MESSAGES"])
consumer = Consumer({
    "bootstrap.servers": os.environ["KAFKA"],
    "group.id": os.environ["GROUP"],
    "auto.offset.reset": "earliest",
})
consumer.subscribe([os.environ["TOPIC"]])
delays, start = [], None
while len(delays) < expected:
    message = consumer.poll(1.0)
    if message is None:
        continue
    if message.error():
        raise SystemExit(str(message.error()))
    now, value = time.monotonic_ns(), message.value()
    if value.startswith(b"m"):
        if start is None:
            start = cpu()
        delays.append(now - int(value[2:]))
delays.sort()
report(messages=len(delays), cpu=cpu() - start, median=delays[len(delays) // 2] / 1e6,
       p99=delays[len(delays) * 99 // 100] / 1e6)
