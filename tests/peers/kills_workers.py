"""The clients that go on while their broker is killed: each a thread that notes in the history what it was told."""
import random
import threading
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

RETRY_SECONDS = 0.2
# When all brokers it knows are down, librdkafka 2.16 begins anew from its bootstrap addresses, and a TxnOffsetCommit that
# waits then for the group's coordinator waits for one that is no more: its call hangs, whatever its timeout says, until
# another connection breaks. By then the transaction may have timed out, and the late commit finds its producer fenced
# (17 of 100 kills; none with the older way, which is chosen here for who has transactions). Should one hang all the same, it
# is given up after this time and another takes its place, as a supervisor would do with a process.
STUCK_SECONDS = 12
PARTITIONS = {"plain": 2, "idem": 3, "txn": 2, "in": 2, "out": 2}


def settings(address, **more):
    base = {
        "bootstrap.servers": address, "log_level": 0, "reconnect.backoff.ms": 50, "reconnect.backoff.max.ms": 200,
        "retry.backoff.ms": 50, "topic.metadata.refresh.interval.ms": 5000, "socket.timeout.ms": 10000,
    }
    return base | {key.replace("_", "."): value for key, value in more.items()}


class Worker(threading.Thread):
    """Works in `step` until it is told to stop; a fault that nobody expected ends the run."""

    def __init__(self, run, name):
        super().__init__(daemon=True, name=name)
        self.run_, self.enough, self.fault = run, threading.Event(), None
        # Since when it waits in a call that may never return, and whether another has taken its place meanwhile.
        self.since, self.abandoned = None, False

    def note(self, what, **event):
        # Appending to a list is atomic; a count that misses one does no harm.
        self.run_.history.append(dict(what=what, **event))
        self.run_.count[what] += 1

    def run(self):
        try:
            self.open()
            while not self.enough.is_set():
                self.step()
            self.close()
        except Exception as fault:  # noqa: BLE001: told by who waits for the end
            if not self.abandoned:
                self.fault = fault

    def is_stuck(self):
        since = self.since
        return since is not None and time.monotonic() - since > STUCK_SECONDS

    def stop(self, seconds=90):
        self.enough.set()
        self.join(seconds)
        assert not self.is_alive(), f"{self.name} does not end"
        if self.fault:
            raise self.fault


class Feeder(Worker):
    """Produces numbered values to the partitions of a topic in turn."""

    def __init__(self, run, name, topic, **config):
        super().__init__(run, name)
        self.topic, self.config, self.number = topic, config, 0

    def open(self):
        self.producer = Producer(settings(self.run_.address, linger_ms=5, message_timeout_ms=0, **self.config))

    def step(self):
        for _ in range(10):
            value, partition = f"{self.name} {self.number}", self.number % PARTITIONS[self.topic]
            self.number += 1
            self.note("sent", producer=self.name, topic=self.topic, partition=partition, value=value)
            self.producer.produce(self.topic, value.encode(), partition=partition, on_delivery=self.delivered)
        self.producer.poll(self.run_.pause)
        # What waits while nobody answers is kept small, so that each kill meets fresh requests.
        while len(self.producer) > 200 and not self.enough.is_set():
            self.producer.poll(0.05)

    def delivered(self, fault, message):
        if fault:
            raise KafkaException(fault)
        self.note("acked", producer=self.name, topic=self.topic, partition=message.partition(),
                  offset=message.offset(), value=message.value().decode())

    def close(self):
        left = self.producer.flush(60)
        assert left == 0, f"{self.name}: {left} records are not acknowledged at the end"


class Transactional(Worker):
    """What transactional workers share: a producer that survives whatever the broker's death does to it."""

    number = 0

    @property
    def key(self):
        """The key of all records of the present transaction."""
        return f"{self.name} {self.number}"

    def open_producer(self):
        self.producer = Producer(settings(
            self.run_.address, linger_ms=2, transactional_id=self.name, metadata_recovery_strategy="none",
            transaction_timeout_ms=self.run_.timeout * 1000))
        self.insist(lambda: self.producer.init_transactions(5))

    def insist(self, work, seconds=60):
        """Repeats what may be repeated, until it is done."""
        end = time.monotonic() + seconds
        while True:
            try:
                self.since = time.monotonic()
                return work()
            except KafkaException as fault:
                if not fault.args[0].retriable() or time.monotonic() > end:
                    raise
            finally:
                self.since = None
                if self.abandoned:
                    raise SystemExit
            time.sleep(RETRY_SECONDS)

    def transaction(self, fill, commit=True):
        """One transaction; gives its outcome. One whose producer cannot go on is followed by a new producer."""
        began, self.aborting = time.monotonic(), False
        try:
            self.producer.begin_transaction()
            fill()
            if not commit:
                self.aborting = True
                self.insist(lambda: self.producer.abort_transaction(5))
                return "aborted"
            self.insist(lambda: self.producer.commit_transaction(5))
            return "committed"
        except KafkaException as fault:
            return self.recover(fault.args[0], time.monotonic() - began)

    def recover(self, error, been_open):
        if error.txn_requires_abort():
            try:
                self.aborting = True
                self.insist(lambda: self.producer.abort_transaction(5))
                return "aborted"
            except KafkaException as fault:
                error = fault.args[0]
        self.note("fatal", producer=self.name, code=error.name(), why=error.str(), open=been_open,
                  timeout=self.run_.timeout, aborting=self.aborting, transaction=self.key)
        self.open_producer()
        return "unknown"


class Writer(Transactional):
    """Commits two transactions of three; the third is aborted."""

    def open(self):
        self.dice = random.Random(self.name)
        self.open_producer()

    def step(self):
        self.number += 1
        values = [f"{self.key} {nth}" for nth in range(self.dice.randint(1, 8))]

        def fill():
            for nth, value in enumerate(values):
                partition = nth % PARTITIONS["txn"]
                self.note("sent", producer=self.name, topic="txn", partition=partition, value=value)
                self.producer.produce("txn", value.encode(), self.key, partition)
            self.producer.poll(0)

        outcome = self.transaction(fill, commit=self.dice.random() < 0.67)
        self.note("txn", producer=self.name, outcome=outcome, values=values)
        time.sleep(self.run_.pause)

    def close(self):
        pass


class Pipeline(Transactional):
    """Reads `in`, writes one result a record to `out`, and commits its offsets in the same transaction."""

    def open(self):
        self.open_producer()
        self.open_consumer()

    def open_consumer(self):
        self.generation = None
        self.consumer = Consumer(settings(
            self.run_.address, group_id="pipeline", auto_offset_reset="earliest", enable_auto_commit=False,
            isolation_level="read_committed", session_timeout_ms=10000, heartbeat_interval_ms=500,
            max_poll_interval_ms=10000, fetch_wait_max_ms=100))
        self.consumer.subscribe(["in"], on_assign=self.take)

    def take(self, consumer, _partitions):
        self.generation = consumer.consumer_group_metadata()

    def step(self):
        # As it was before the messages came: they may be of a generation that ended while they were collected, and under
        # the next one the broker would believe that they still are this member's.
        before = self.generation
        messages = [m for m in self.consumer.consume(50, 0.2) if not m.error()]
        if not messages:
            return
        group = before or self.generation
        self.number += 1
        next_ = {}
        for message in messages:
            next_[message.partition()] = message.offset() + 1

        def fill():
            for message in messages:
                value = f"{message.partition()}:{message.offset()}"
                self.producer.produce("out", value.encode(), self.key, message.offset() % PARTITIONS["out"])
            offsets = [TopicPartition("in", partition, offset) for partition, offset in next_.items()]
            self.insist(lambda: self.producer.send_offsets_to_transaction(offsets, group, 5))

        if self.transaction(fill) == "committed":
            self.run_.count["piped"] += 1
        else:
            # What was read comes again, from where the group stands.
            self.consumer.close()
            self.open_consumer()

    def close(self):
        self.consumer.close()


class Member(Worker):
    """A member of a group that commits what it has read."""

    allowed = (KafkaError._NO_OFFSET, KafkaError.REBALANCE_IN_PROGRESS, KafkaError.ILLEGAL_GENERATION,
               KafkaError.UNKNOWN_MEMBER_ID, KafkaError.STALE_MEMBER_EPOCH, KafkaError._STATE)
    assigned = 0

    def __init__(self, run, name, group, protocol):
        super().__init__(run, name)
        self.group, self.protocol = group, protocol

    def open(self):
        more = {"group_protocol": "consumer"} if self.protocol == "consumer" else {
            "session_timeout_ms": 10000, "heartbeat_interval_ms": 500}
        self.consumer = Consumer(settings(
            self.run_.address, group_id=self.group, auto_offset_reset="earliest", enable_auto_commit=False,
            fetch_wait_max_ms=100, **more))
        self.consumer.subscribe(["idem"], on_assign=self.take)

    def take(self, _consumer, _partitions):
        self.assigned += 1

    def step(self):
        messages = [m for m in self.consumer.consume(100, 0.2) if not m.error()]
        for m in messages:
            self.note("read", reader=f"{self.name} {self.assigned}", isolation="read_committed", topic=m.topic(),
                      partition=m.partition(), offset=m.offset(), value=m.value().decode())
        if not messages:
            return
        began = time.monotonic()
        try:
            done = self.consumer.commit(asynchronous=False)
        except KafkaException as fault:
            if fault.args[0].code() not in self.allowed and not fault.args[0].retriable():
                # The broker was killed meanwhile; whether the commit holds is not known.
                if fault.args[0].code() not in (KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._WAIT_COORD):
                    raise
            return
        for tp in done:
            if tp.error is None and tp.offset >= 0:
                self.note("commit", group=self.group, topic=tp.topic, partition=tp.partition, offset=tp.offset,
                          began=began, ended=time.monotonic())

    def close(self):
        self.consumer.close()


class Auditor(Worker):
    """Asks again and again what groups have committed."""

    def __init__(self, run, name, groups):
        super().__init__(run, name)
        self.groups = groups

    def open(self):
        self.askers = {}
        for group, topic in self.groups.items():
            asker = Consumer(settings(self.run_.address, group_id=group, enable_auto_commit=False))
            self.askers[group] = (asker, [TopicPartition(topic, p) for p in range(PARTITIONS[topic])])

    def step(self):
        for group, (asker, partitions) in self.askers.items():
            began = time.monotonic()
            try:
                found = asker.committed(partitions, 5)
            except KafkaException:
                continue
            for tp in found:
                if tp.error is None:
                    self.note("committed", group=group, topic=tp.topic, partition=tp.partition,
                              offset=max(tp.offset, -1), began=began, ended=time.monotonic())
        time.sleep(0.05)

    def close(self):
        for asker, _ in self.askers.values():
            asker.close()


class Reader(Worker):
    """Reads all topics from the beginning, in no group."""

    def __init__(self, run, name, isolation):
        super().__init__(run, name)
        self.isolation = isolation

    def open(self):
        self.consumer = Consumer(settings(
            self.run_.address, group_id=self.name, enable_auto_commit=False, isolation_level=self.isolation,
            auto_offset_reset="error", fetch_wait_max_ms=100))
        self.consumer.assign([TopicPartition(t, p, 0) for t, count in PARTITIONS.items() for p in range(count)])

    def step(self):
        for m in self.consumer.consume(500, 0.2):
            if m.error() and m.error().code() == KafkaError._AUTO_OFFSET_RESET:
                raise KafkaException(m.error())
            if not m.error():
                self.note("read", reader=self.name, isolation=self.isolation, topic=m.topic(),
                          partition=m.partition(), offset=m.offset(), value=m.value().decode())

    def close(self):
        self.consumer.close()
