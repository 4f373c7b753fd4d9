"""Transactions through librdkafka: commit, abort, isolation, fencing, timeouts, offsets that go with the records."""
import time

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from confluent_common import consumer, fails, name, producer, read, read_to_end, send, topic


def transactional(address, identity=None, **config):
    p = producer(address, transactional_id=identity or name("txn"), transaction_timeout_ms=20000, **config)
    p.init_transactions(30)
    return p


def committed(address, of):
    return [m.value() for m in read_to_end(address, of, "read_committed")]


def everything(address, of):
    return [m.value() for m in read_to_end(address, of)]


def commit_and_abort(address):
    made = topic(address)
    p = transactional(address)
    for number in range(4):
        p.begin_transaction()
        send(p, made, [b"%d a" % number, b"%d b" % number])
        p.commit_transaction(30) if number % 2 == 0 else p.abort_transaction(30)
    assert committed(address, made) == [b"0 a", b"0 b", b"2 a", b"2 b"]
    assert everything(address, made) == [b"%d %c" % (n, c) for n in range(4) for c in b"ab"]
    # A marker takes an offset after each transaction: 4 x (2 records + 1 marker).
    c = consumer(address)
    assert c.get_watermark_offsets(TopicPartition(made, 0), 10) == (0, 12)
    c.close()


def open_transactions_hide(address):
    made = topic(address)
    p = transactional(address)
    send(producer(address), made, [b"plain before"])
    p.begin_transaction()
    send(p, made, [b"open"])
    send(producer(address), made, [b"plain after"])
    assert committed(address, made) == [b"plain before"]
    assert everything(address, made) == [b"plain before", b"open", b"plain after"]
    # A waiting reader gets the rest as soon as the transaction ends.
    c = consumer(address, isolation_level="read_committed", fetch_wait_max_ms=20000)
    c.assign([TopicPartition(made, 0, 1)])
    assert c.poll(1) is None
    began = time.monotonic()
    p.commit_transaction(30)
    assert [m.value() for m in read(c, 2)] == [b"open", b"plain after"]
    assert time.monotonic() - began < 10, "the reader was not woken by the end of the transaction"
    c.close()


def several_partitions(address):
    made, other = topic(address, partitions=3), topic(address)
    p = transactional(address, compression_type="lz4")
    p.begin_transaction()
    for partition in range(3):
        send(p, made, [b"lost"] * 10, partition=partition)
    p.abort_transaction(30)
    p.begin_transaction()
    for partition in range(3):
        send(p, made, [b"kept %d" % partition], partition=partition)
    send(p, other, [b"kept too"])
    p.commit_transaction(30)
    assert sorted(committed(address, made)) == [b"kept 0", b"kept 1", b"kept 2"]
    assert committed(address, other) == [b"kept too"]


def aborts_between_commits(address):
    """Two producers in turn on one partition: which batch belongs to which is decided by the producer's id."""
    made = topic(address)
    one, two = transactional(address), transactional(address)
    wanted = []
    for number in range(20):
        one.begin_transaction()
        two.begin_transaction()
        send(one, made, [b"one %d" % number])
        send(two, made, [b"two %d" % number])
        if number % 3 == 0:
            one.abort_transaction(30)
        else:
            one.commit_transaction(30)
            wanted.append(b"one %d" % number)
        if number % 2 == 0:
            two.abort_transaction(30)
        else:
            two.commit_transaction(30)
            wanted.append(b"two %d" % number)
    assert committed(address, made) == wanted


def fencing(address):
    made, identity = topic(address), name("fenced")
    old = transactional(address, identity)
    old.begin_transaction()
    send(old, made, [b"from the old one"])
    new = transactional(address, identity)

    def write():
        send(old, made, [b"too late"])
        old.commit_transaction(30)

    try:
        write()
        raise AssertionError("the fenced producer committed")
    except KafkaException as fault:
        error = fault.args[0]
        assert error.code() in (KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH), error
    new.begin_transaction()
    send(new, made, [b"from the new one"])
    new.commit_transaction(30)
    assert committed(address, made) == [b"from the new one"]


def timeout(address):
    made = topic(address)
    p = producer(address, transactional_id=name("slow"), transaction_timeout_ms=1000)
    p.init_transactions(30)
    p.begin_transaction()
    send(p, made, [b"left open"])
    send(producer(address), made, [b"plain"])
    end = time.monotonic() + 30
    while committed(address, made) != [b"plain"]:
        assert time.monotonic() < end, "the open transaction was not aborted at its timeout"
        time.sleep(0.3)
    error = None
    try:
        p.commit_transaction(30)
    except KafkaException as fault:
        error = fault.args[0]
    assert error, "a transaction that timed out was committed"
    too_long = producer(address, transactional_id=name("long"), transaction_timeout_ms=2_000_000)
    fails(KafkaError.INVALID_TRANSACTION_TIMEOUT, lambda: too_long.init_transactions(30))


def offsets_go_along(address):
    source, target, group = topic(address, partitions=2), topic(address), name("etl")
    send(producer(address), source, [b"%d" % n for n in range(100)], key=lambda n: b"%d" % n)
    p = transactional(address)
    copied, numbers = 0, set()
    while copied < 100:
        c = consumer(address, group, isolation_level="read_committed")
        c.subscribe([source])
        for turn in range(3):
            messages = read(c, min(10, 100 - copied - len(numbers)) or 1) if copied < 100 else []
            if not messages:
                break
            p.begin_transaction()
            send(p, target, [m.value() for m in messages])
            p.send_offsets_to_transaction(c.position(c.assignment()), c.consumer_group_metadata(), 30)
            if turn == 2:
                # Neither the records nor the offsets of this one count: the next member reads them again.
                p.abort_transaction(30)
                break
            p.commit_transaction(30)
            copied += len(messages)
        c.close()
    assert sorted(int(v) for v in committed(address, target)) == list(range(100))
    c = consumer(address, group)
    done = c.committed([TopicPartition(source, 0), TopicPartition(source, 1)], 10)
    assert sum(p.offset for p in done) == 100, done
    c.close()


def consecutive(address):
    made = topic(address)
    p = transactional(address)
    for number in range(100):
        p.begin_transaction()
        p.produce(made, b"%d" % number)
        p.commit_transaction(30)
    assert committed(address, made) == [b"%d" % n for n in range(100)]


CASES = [
    ("committed and aborted transactions", commit_and_abort),
    ("what is open is hidden and comes with the commit", open_transactions_hide),
    ("transactions over partitions and topics", several_partitions),
    ("two producers on one partition", aborts_between_commits),
    ("the older producer of an id is fenced", fencing),
    ("a transaction ends at its timeout", timeout),
    ("read, transform and write exactly once", offsets_go_along),
    ("a hundred transactions one after the other", consecutive),
]
