"""confluent-kafka-python measures how long producing one message and `flush` take, one after the other."""
import os
import time

from confluent_kafka import Producer
from usage import cpu, report

WARMUP = 100
count, topic, payload = int(os.environ["MESSAGES"]), os.environ["TOPIC"], "x" * int(os.environ["SIZE"])
# What WaterDrop sets for its clients: Nagle's algorithm off.
producer = Producer({"bootstrap.servers": os.environ["KAFKA"], "socket.nagle.disable": True})


def send():
    producer.produce(topic, payload, "key")
    if producer.flush(60):
        raise SystemExit("not delivered")


for _ in range(WARMUP):
    send()
used, delays = cpu(), []
for _ in range(count):
    began = time.monotonic_ns()
    send()
    delays.append(time.monotonic_ns() - began)
used = cpu() - used
delays.sort()
report(messages=count, cpu=used, median=delays[count // 2] / 1e6, p99=delays[count * 99 // 100] / 1e6)
