"""The other client of a spec: does with confluent-kafka what Ruby asks, one JSON line an answer.

Reads requests from standard input as JSON lines with "do" and arguments, answers each with one line:
{"ok": ...} or {"error": ...}. Payloads, keys and header values are base64 or null. Ends with its input.
"""
import base64
import json
import sys
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (AclBinding, AclOperation, AclPermissionType, AdminClient, NewPartitions, NewTopic,
                                   ResourcePatternType, ResourceType)

members = {}
producers = {}


def pack(data):
    return None if data is None else base64.b64encode(data).decode()


def unpack(text):
    return None if text is None else base64.b64decode(text)


def producer(conf):
    key = json.dumps(conf, sort_keys=True)
    if key not in producers:
        producers[key] = Producer(conf)
    return producers[key]


def describe(message):
    return {
        "topic": message.topic(),
        "partition": message.partition(),
        "offset": message.offset(),
        "payload": pack(message.value()),
        "key": pack(message.key()),
        "headers": [[name, pack(value)] for name, value in message.headers() or []],
        "timestamp": message.timestamp()[1],
    }


# A controller that was frozen a moment ago may never answer the first request.
def make_topic(conf, topic):
    for asked in range(6):
        admin = AdminClient(conf)
        try:
            admin.create_topics([topic], operation_timeout=5)[topic.topic].result(10)
            return admin
        except TimeoutError:
            pass
        except KafkaException as error:
            code = error.args[0].code()
            if asked > 0 and code == KafkaError.TOPIC_ALREADY_EXISTS:
                return admin
            if code not in (KafkaError.REQUEST_TIMED_OUT, KafkaError._TIMED_OUT):
                raise
    raise TimeoutError(f"{topic.topic} was not made")


def create_topic(conf, name, partitions, replication, settings, replicas):
    placed = {"replica_assignment": replicas} if replicas else {"replication_factor": replication}
    admin = make_topic(conf, NewTopic(name, partitions, config=settings, **placed))
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        topic = admin.list_topics(timeout=30).topics.get(name)
        if topic and len(topic.partitions) == partitions and all(p.leader >= 0 for p in topic.partitions.values()):
            return name
        time.sleep(0.05)
    raise TimeoutError(f"{name} has no leaders")


def delete_topic(conf, name):
    admin = AdminClient(conf)  # must outlive its futures
    admin.delete_topics([name], operation_timeout=30)[name].result(30)


def grow_topic(conf, name, partitions):
    admin = AdminClient(conf)
    admin.create_partitions([NewPartitions(name, partitions)])[name].result(30)


def delete_records(conf, topic, partition, before):
    place = TopicPartition(topic, partition, before)
    admin = AdminClient(conf)
    return list(admin.delete_records([place]).values())[0].result(30).low_watermark


def allow(conf, principal, topic, group):
    kinds = [(ResourceType.TOPIC, topic), (ResourceType.GROUP, group)]
    bindings = [
        AclBinding(kind, name, ResourcePatternType.LITERAL, principal, "*", operation, AclPermissionType.ALLOW)
        for kind, name in kinds if name for operation in (AclOperation.READ, AclOperation.DESCRIBE)
    ]
    admin = AdminClient(conf)
    for made in admin.create_acls(bindings).values():
        made.result(30)


def topics(conf):
    return {name: len(topic.partitions) for name, topic in AdminClient(conf).list_topics(timeout=30).topics.items()}


def produce(conf, topic, messages):
    done = []

    def delivered(index):
        def report(error, message):
            done.append([index, str(error) if error else None, message.partition(), message.offset()])
        return report

    client = producer(conf)
    for index, message in enumerate(messages):
        options = {}
        if message.get("partition") is not None:
            options["partition"] = message["partition"]
        if message.get("timestamp") is not None:
            options["timestamp"] = message["timestamp"]
        headers = [(name, unpack(value)) for name, value in message.get("headers") or []]
        while True:
            try:
                client.produce(topic, unpack(message.get("payload")), unpack(message.get("key")), headers=headers,
                               on_delivery=delivered(index), **options)
                break
            except BufferError:
                client.poll(0.1)
        client.poll(0)
    client.flush(60)
    done.sort()
    failed = [entry for entry in done if entry[1]]
    if failed or len(done) < len(messages):
        raise RuntimeError(f"{len(messages) - len(done)} messages without a report, failed: {failed[:3]}")
    return [entry[2:] for entry in done]


def flood(conf, topic, count, size):
    client = Producer({**conf, "queue.buffering.max.messages": 1000000, "linger.ms": 20, "log_level": 0})
    partitions = len(client.list_topics(topic, timeout=30).topics[topic].partitions)
    for index in range(count):
        offset, partition = divmod(index, partitions)
        payload = str(offset).ljust(size).encode()
        while True:
            try:
                client.produce(topic, payload, partition=partition)
                break
            except BufferError:
                client.poll(0.1)
        if index % 10000 == 0:
            client.poll(0)
    left = client.flush(60)
    if left:
        raise RuntimeError(f"{left} of {count} messages were not delivered")
    return count


def read(conf, topic, count, within, isolation):
    consumer = Consumer({**conf, "group.id": "peer-reader", "enable.auto.commit": False, "auto.offset.reset": "earliest",
                         "isolation.level": isolation})
    found = []
    try:
        partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
        consumer.assign([TopicPartition(topic, number, 0) for number in partitions])
        deadline = time.monotonic() + within
        while len(found) < count and time.monotonic() < deadline:
            for message in consumer.consume(1000, 0.2):
                if message.error():
                    raise KafkaException(message.error())
                found.append(describe(message))
    finally:
        consumer.close()
    return found


def committed(conf, group, topic):
    consumer = Consumer({**conf, "group.id": group, "enable.auto.commit": False})
    try:
        partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
        asked = consumer.committed([TopicPartition(topic, number) for number in partitions], timeout=30)
        return {str(place.partition): place.offset for place in asked if place.offset >= 0}
    finally:
        consumer.close()


def commit(conf, group, topic, offsets):
    consumer = Consumer({**conf, "group.id": group, "enable.auto.commit": False})
    try:
        places = [TopicPartition(topic, int(number), offset) for number, offset in offsets.items()]
        consumer.commit(offsets=places, asynchronous=False)
    finally:
        consumer.close()


def watermarks(conf, topic, partition):
    consumer = Consumer({**conf, "group.id": "peer-watermarks"})
    try:
        return list(consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=30))
    finally:
        consumer.close()


def join(conf, name, group, names, settings):
    members[name] = Consumer({**conf, "group.id": group, "auto.offset.reset": "earliest", **settings})
    members[name].subscribe(names)


def take(name, count, within):
    found, deadline = [], time.monotonic() + within
    while len(found) < count and time.monotonic() < deadline:
        for message in members[name].consume(count - len(found), 0.1):
            if message.error():
                raise KafkaException(message.error())
            found.append(describe(message))
    return found


def assigned(name):
    members[name].poll(0)
    return [[place.topic, place.partition] for place in members[name].assignment()]


def leave(name):
    members.pop(name).close()


COMMANDS = [create_topic, grow_topic, delete_topic, delete_records, allow, topics, produce, flood, read, committed,
            commit, watermarks, join, take, assigned, leave]
COMMANDS = {command.__name__: command for command in COMMANDS}
BARE = {"take", "assigned", "leave"}

for line in sys.stdin:
    request = json.loads(line)
    name, conf = request.pop("do"), request.pop("conf")
    try:
        answer = COMMANDS[name](**request) if name in BARE else COMMANDS[name](conf, **request)
        print(json.dumps({"ok": answer}), flush=True)
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
