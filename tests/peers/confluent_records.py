"""Records through librdkafka: every compression and acknowledgement, idempotence, headers, sizes, offsets, seeking."""
import os
import time

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, KafkaError, KafkaException, TopicPartition

from confluent_common import admin, consumer, fails, name, producer, read, read_to_end, send, topic


def compressions(address):
    made = topic(address)
    wanted = []
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        for acks in ("0", "1", "all"):
            values = [f"{codec} {acks} {number} ".encode() * 20 for number in range(50)]
            p = producer(address, compression_type=codec, acks=acks)
            send(p, made, values)
            wanted += values
    c = consumer(address)
    c.assign([TopicPartition(made, 0, 0)])
    found = read(c, len(wanted))
    assert sorted(m.value() for m in found) == sorted(wanted)
    assert [m.offset() for m in found] == list(range(len(wanted)))
    c.close()


def acknowledged_offsets(address):
    made = topic(address, partitions=3)
    done = send(producer(address), made, [b"%d" % n for n in range(300)], key=lambda n: b"key %d" % n)
    found = read_to_end(address, made)
    assert sorted(done) == sorted((m.partition(), m.offset()) for m in found)
    for partition in range(3):
        offsets = [m.offset() for m in found if m.partition() == partition]
        assert offsets == list(range(len(offsets))), offsets


def shapes(address):
    made = topic(address)
    p = producer(address)
    headers = [("trace", b"a1"), ("trace", b"a2"), ("empty", b""), ("none", None)]
    send(p, made, [b"full"], key=b"k", timestamp=1700000000123, headers=headers)
    send(p, made, [None], key=b"tombstone")
    send(p, made, [b""], key=b"")
    send(p, made, [bytes(range(256))])
    full, tombstone, empty, binary = read_to_end(address, made)
    assert (full.key(), full.value(), full.headers()) == (b"k", b"full", headers), full.headers()
    assert full.timestamp() == (1, 1700000000123), full.timestamp()
    assert full.leader_epoch() is not None
    assert tombstone.value() is None and tombstone.key() == b"tombstone"
    assert empty.value() == b"" and empty.key() == b""
    assert binary.key() is None and binary.value() == bytes(range(256))


def log_append_time(address):
    made = topic(address, message_timestamp_type="LogAppendTime")
    before = int(time.time() * 1000) - 1
    send(producer(address), made, [b"x"], timestamp=1000)
    kind, stamp = read_to_end(address, made)[0].timestamp()
    assert kind == 2 and stamp >= before, (kind, stamp)


def sizes(address):
    made = topic(address, max_message_bytes=2000)
    p = producer(address)
    fails(KafkaError.MSG_SIZE_TOO_LARGE, lambda: send(p, made, [os.urandom(3000)]))
    send(p, made, [os.urandom(1500)])
    large = topic(address, max_message_bytes=4_000_000)
    value = os.urandom(3_000_000)
    send(producer(address, message_max_bytes=4_000_000), large, [value])
    # Larger than every limit of the consumer: the first batch is given all the same.
    c = consumer(address, fetch_message_max_bytes=1000, fetch_max_bytes=1_000_000, message_max_bytes=1_000_000)
    c.assign([TopicPartition(large, 0, 0)])
    assert read(c, 1)[0].value() == value
    c.close()


def idempotent(address):
    made = topic(address, partitions=2)
    p = producer(address, enable_idempotence=True, linger_ms=0, batch_num_messages=10)
    values = [b"%d" % n for n in range(2000)]
    send(p, made, values, key=lambda n: b"%d" % n)
    found = read_to_end(address, made)
    assert sorted(m.value() for m in found) == sorted(values)
    for partition in range(2):
        numbers = [int(m.value()) for m in found if m.partition() == partition]
        assert numbers == sorted(numbers)


def auto_create(address):
    fresh = name("by-itself")
    send(producer(address), fresh, [b"x"])
    assert len(admin(address).list_topics(fresh, 10).topics[fresh].partitions) == 4
    # Only asking must not create it: a consumer's default.
    ghost = name("ghost")
    c = consumer(address)
    c.subscribe([ghost])
    try:
        read(c, 1, seconds=3)
        raise RuntimeError("a record from a topic that does not exist")
    except KafkaException as fault:
        assert fault.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART, fault
    except AssertionError:
        pass
    c.close()


def watermarks(address):
    made = topic(address)
    send(producer(address), made, [b"%d" % n for n in range(5)])
    c = consumer(address)
    assert c.get_watermark_offsets(TopicPartition(made, 0), 10) == (0, 5)
    fails(KafkaError._UNKNOWN_PARTITION, lambda: c.get_watermark_offsets(TopicPartition(made, 7), 10))
    c.close()


def offset_reset(address):
    made = topic(address)
    p = producer(address)
    send(p, made, [b"before"])
    late = consumer(address, auto_offset_reset="latest")
    ready = []
    late.subscribe([made], on_assign=lambda _, parts: ready.append(parts))
    early = consumer(address, auto_offset_reset="earliest")
    early.subscribe([made])
    assert read(early, 1)[0].value() == b"before"
    while not ready:
        assert not late.poll(0.2), "a record from before"
    # Its place is found with its first position, and only then does something new come.
    end = time.monotonic() + 20
    while late.position(ready[0])[0].offset < 0 and time.monotonic() < end:
        send(p, made, [b"after"])
        found = late.poll(0.3)
        if found:
            assert found.value() == b"after", found.value()
            break
    else:
        read(late, 1)
    # Outside of what is kept: the same rule decides.
    outside = consumer(address, auto_offset_reset="earliest")
    outside.assign([TopicPartition(made, 0, 100000)])
    assert read(outside, 1)[0].offset() == 0
    strict = consumer(address, auto_offset_reset="error")
    strict.assign([TopicPartition(made, 0, 100000)])
    fails(KafkaError._AUTO_OFFSET_RESET, lambda: read(strict, 1))
    for c in (late, early, outside, strict):
        c.close()


def seek_by_time(address):
    made = topic(address)
    send(producer(address, batch_num_messages=7), made, [b"%d" % n for n in range(100)], timestamp=lambda n: 1000 * (n + 1))
    c = consumer(address)
    (found,) = c.offsets_for_times([TopicPartition(made, 0, 50_500)], 10)
    assert found.offset == 50, found
    (none,) = c.offsets_for_times([TopicPartition(made, 0, 200_000)], 10)
    assert none.offset in (OFFSET_END, 100), none
    c.assign([found])
    assert read(c, 1)[0].value() == b"50"
    c.seek(TopicPartition(made, 0, 93))
    end = time.monotonic() + 20
    while (message := read(c, 1)[0]).offset() != 93:
        assert time.monotonic() < end
    assert message.value() == b"93"
    c.seek(TopicPartition(made, 0, OFFSET_BEGINNING))
    while read(c, 1)[0].offset() != 0:
        assert time.monotonic() < end
    c.close()


def pause(address):
    made = topic(address, partitions=2)
    p = producer(address)
    c = consumer(address)
    c.assign([TopicPartition(made, 0, 0), TopicPartition(made, 1, 0)])
    c.pause([TopicPartition(made, 1)])
    send(p, made, [b"held"] * 5, partition=1)
    send(p, made, [b"read"] * 5, partition=0)
    assert {m.value() for m in read(c, 5)} == {b"read"}
    assert c.poll(0.5) is None
    c.resume([TopicPartition(made, 1)])
    assert {m.value() for m in read(c, 5)} == {b"held"}
    c.close()


CASES = [
    ("every compression with every kind of acknowledgement", compressions),
    ("acknowledged offsets are the stored ones", acknowledged_offsets),
    ("nulls, headers, bytes and timestamps come back", shapes),
    ("the broker's own timestamps", log_append_time),
    ("sizes beyond the limits", sizes),
    ("an idempotent producer", idempotent),
    ("topics that come into being by themselves", auto_create),
    ("first and next offset", watermarks),
    ("offset reset earliest, latest and error", offset_reset),
    ("seek by time and by offset", seek_by_time),
    ("pause and resume", pause),
]
