"""confluent-kafka-python produces MESSAGES messages of SIZE bytes with keys, until all are delivered."""
import os
import time

from confluent_kafka import Producer
from usage import cpu, report

count, topic = int(os.environ["MESSAGES"]), os.environ["TOPIC"]
start = '{"id":1,"customer":"c1","total":1.5,"note":"'
payload = start + "x" * (int(os.environ["SIZE"]) - len(start) - 2) + '"}'
producer = Producer({"bootstrap.servers": os.environ["KAFKA"]})
used, began = cpu(), time.monotonic()
for number in range(count):
    while True:
        try:
            producer.produce(topic, payload, f"key-{number % 10000}")
            break
        except BufferError:
            producer.poll(0.01)
    producer.poll(0)
producer.flush(60)
report(messages=count, seconds=time.monotonic() - began, cpu=cpu() - used)
