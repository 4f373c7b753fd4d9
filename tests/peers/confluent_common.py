"""What the rooms of the confluent suite share: topics with names of their own, producing and reading with a limit."""
import functools
import itertools
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

import bed

numbers = itertools.count(1)


@functools.cache
def admin(address):
    """One for all: librdkafka ends what a client still has under way when the client is dropped."""
    return AdminClient({"bootstrap.servers": address, "log_level": 0})


def name(stem):
    return f"{stem}-{next(numbers)}"


def topic(address, stem="topic", partitions=1, **config):
    """A new topic with a name of its own; `_` in a key of its settings stands for a dot."""
    made = name(stem)
    settings = {key.replace("_", "."): str(value) for key, value in config.items()}
    created = admin(address).create_topics([NewTopic(made, partitions, 1, config=settings)])
    created[made].result(20)
    partition_count(address, made, partitions)
    return made


def partition_count(address, of, wanted):
    """Waits until a topic has that many partitions: Apache Kafka's broker learns of a change after its answer."""
    def seen():
        found = admin(address).list_topics(timeout=10).topics.get(of)
        return len(found.partitions) if found else 0

    bed.until(lambda: seen() == wanted, f"{wanted} partitions of {of}", 20)


def producer(address, **config):
    settings = {"bootstrap.servers": address, "linger.ms": 5, "log_level": 0}
    settings.update({key.replace("_", "."): value for key, value in config.items()})
    return Producer(settings)


def send(p, to, values, partition=None, key=None, timestamp=None, headers=None):
    """Produces `values` and waits; gives what was acknowledged as (partition, offset) and raises on a failure."""
    done, faults = [], []

    def delivered(fault, message):
        faults.append(fault) if fault else done.append((message.partition(), message.offset()))

    for number, value in enumerate(values):
        more = {} if partition is None else {"partition": partition}
        if timestamp is not None:
            more["timestamp"] = timestamp(number) if callable(timestamp) else timestamp
        if headers:
            more["headers"] = headers
        made_key = key(number) if callable(key) else key
        p.produce(to, value=value, key=made_key, on_delivery=delivered, **more)
        p.poll(0)
    left = p.flush(30)
    assert left == 0, f"{left} records still not acknowledged after 30 s"
    if faults:
        raise KafkaException(faults[0])
    return done


def consumer(address, group=None, **config):
    settings = {
        "bootstrap.servers": address, "group.id": group or name("group"), "auto.offset.reset": "earliest",
        "enable.auto.commit": False, "session.timeout.ms": 6000, "heartbeat.interval.ms": 500,
        "fetch.wait.max.ms": 100, "log_level": 0,
    }
    settings.update({key.replace("_", "."): value for key, value in config.items()})
    if settings.get("group.protocol") == "consumer":
        # With KIP-848 both are the broker's business.
        del settings["session.timeout.ms"], settings["heartbeat.interval.ms"]
    return Consumer(settings)


def read(c, count, seconds=30):
    """Polls until `count` messages came; raises when they do not, and on an error in a message."""
    found, end = [], time.monotonic() + seconds
    while len(found) < count:
        assert time.monotonic() < end, f"{len(found)} of {count} records after {seconds} s"
        for message in c.consume(count - len(found), 0.5):
            if message.error():
                raise KafkaException(message.error())
            found.append(message)
    return found


def read_to_end(address, of, isolation="read_uncommitted", seconds=30):
    """Every message of a topic from the first to the end, by assignment and without a group."""
    c = consumer(address, isolation_level=isolation, enable_partition_eof=True)
    partitions = c.list_topics(of, 10).topics[of].partitions
    c.assign([TopicPartition(of, number, 0) for number in partitions])
    found, ended, end = [], set(), time.monotonic() + seconds
    while len(ended) < len(partitions):
        assert time.monotonic() < end, f"no end of {of} after {seconds} s"
        message = c.poll(0.5)
        if message is None:
            continue
        if message.error() and message.error().code() == KafkaError._PARTITION_EOF:
            ended.add(message.partition())
        elif message.error():
            raise KafkaException(message.error())
        else:
            found.append(message)
    c.close()
    return found


def fails(code, work):
    """Runs `work`, which must fail with the error `code`."""
    try:
        answer = work()
    except KafkaException as fault:
        got = fault.args[0]
        assert got.code() == code, f"expected {KafkaError(code).name()}, got {got.name()}: {got.str()}"
        return got
    raise AssertionError(f"expected {KafkaError(code).name()}, got the answer {answer!r}")
