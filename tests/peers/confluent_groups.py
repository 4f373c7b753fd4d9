"""Groups through librdkafka, both protocols: sharing, churn while records come, static members, committed offsets."""
import threading
import time

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from confluent_common import admin, consumer, fails, name, producer, read, send, topic

PROTOCOLS = ("classic", "consumer")


class Member(threading.Thread):
    """A member of a group in a thread of its own, that notes what it owns, reads and commits until told to leave."""

    def __init__(self, crowd, **config):
        super().__init__(daemon=True)
        self.crowd, self.config = crowd, config
        self.owned, self.leave, self.fault, self.assigned = set(), threading.Event(), None, 0
        self.start()

    def run(self):
        try:
            c = consumer(self.crowd.address, self.crowd.group, **self.config)
            c.subscribe([self.crowd.topic], on_assign=self.take, on_revoke=self.give, on_lost=self.lose)
            while not self.leave.is_set():
                for message in c.consume(50, 0.1):
                    if message.error():
                        raise KafkaException(message.error())
                    self.crowd.note(self, message)
                self.commit(c)
            c.close()
        except Exception as fault:  # noqa: BLE001: told by the test that waits for this thread
            self.fault = fault

    def commit(self, c):
        try:
            c.commit(asynchronous=False)
        except KafkaException as fault:
            # Nothing new to commit, or the group moves on: the records come again, which at least once allows.
            allowed = (KafkaError._NO_OFFSET, KafkaError.REBALANCE_IN_PROGRESS, KafkaError.ILLEGAL_GENERATION,
                       KafkaError.UNKNOWN_MEMBER_ID, KafkaError.STALE_MEMBER_EPOCH, KafkaError._STATE)
            if fault.args[0].code() not in allowed:
                raise

    def take(self, c, partitions):
        self.assigned += 1
        self.crowd.take(self, {p.partition for p in partitions})
        if self.config.get("partition_assignment_strategy") == "cooperative-sticky" or \
                self.config.get("group_protocol") == "consumer":
            c.incremental_assign(partitions)
        else:
            c.assign(partitions)

    def give(self, c, partitions):
        self.commit(c)
        self.crowd.give(self, {p.partition for p in partitions})

    def lose(self, _c, partitions):
        self.crowd.give(self, {p.partition for p in partitions})


class Crowd:
    """All members of one group: who owns what right now, and what was read."""

    def __init__(self, address, partitions, **config):
        self.address, self.partitions, self.config = address, partitions, config
        self.topic, self.group = topic(address, "shared", partitions=partitions), name("crowd")
        self.lock, self.read, self.faults, self.members = threading.Lock(), {}, [], []

    def enter(self, **more):
        member = Member(self, **{**self.config, **more})
        self.members.append(member)
        return member

    def part(self, member):
        member.leave.set()
        member.join(40)
        self.members.remove(member)
        assert not member.is_alive(), "a member does not end"
        if member.fault:
            raise member.fault

    def take(self, member, partitions):
        with self.lock:
            for other in self.members:
                both = other.owned & partitions if other is not member else set()
                if both:
                    self.faults.append(f"partitions {sorted(both)} were given while another member owned them")
            member.owned |= partitions

    def give(self, member, partitions):
        with self.lock:
            member.owned -= partitions

    def note(self, member, message):
        with self.lock:
            if message.partition() not in member.owned:
                self.faults.append(f"a record of partition {message.partition()}, which the member does not own")
            self.read.setdefault(message.value(), []).append((message.partition(), message.offset()))

    def wait(self, condition, what, seconds=40):
        end = time.monotonic() + seconds
        while not condition():
            for member in self.members:
                if member.fault:
                    raise member.fault
            assert time.monotonic() < end, f"waited {seconds} s for {what}: {[sorted(m.owned) for m in self.members]}"
            time.sleep(0.02)

    def settled(self):
        """All partitions owned, as evenly as they can be."""
        sizes = [len(m.owned) for m in self.members]
        return sum(sizes) == self.partitions and max(sizes) - min(sizes) <= 1

    def close(self):
        for member in list(self.members):
            self.part(member)
        assert not self.faults, self.faults[:5]


def sharing(address, **config):
    crowd = Crowd(address, 6, **config)
    one = crowd.enter()
    crowd.wait(crowd.settled, "one member to own all")
    crowd.enter()
    crowd.wait(crowd.settled, "two members to share")
    crowd.enter()
    crowd.wait(crowd.settled, "three members to share")
    crowd.part(one)
    crowd.wait(crowd.settled, "the two that stay to share")
    crowd.close()


def churn(address, **config):
    crowd = Crowd(address, 6, **config)
    stop, sent = threading.Event(), []

    def produce():
        p = producer(address)
        while not stop.is_set():
            values = [b"%d" % (len(sent) + n) for n in range(20)]
            send(p, crowd.topic, values, key=lambda n: values[n])
            sent.extend(values)
            time.sleep(0.01)

    writer = threading.Thread(target=produce, daemon=True)
    writer.start()
    for turn in range(6):
        crowd.enter()
        if len(crowd.members) > 3:
            crowd.part(crowd.members[0])
        mark = len(crowd.read)
        crowd.wait(crowd.settled, f"the group to settle in turn {turn}")
        crowd.wait(lambda: len(crowd.read) > mark, "records to go on")
    stop.set()
    writer.join(30)
    crowd.wait(lambda: len(crowd.read) == len(sent), f"all {len(sent)} records")
    crowd.close()
    assert set(crowd.read) == set(sent)
    for value, places in crowd.read.items():
        assert len(set(places)) == 1, f"the record {value} stands at {set(places)}"
    c = consumer(address, crowd.group)
    done = c.committed([TopicPartition(crowd.topic, n) for n in range(6)], 10)
    assert sum(p.offset for p in done if p.offset > 0) == len(sent), done
    c.close()


def static(address, protocol):
    crowd = Crowd(address, 4, group_protocol=protocol)
    stays, goes = crowd.enter(group_instance_id="stays"), crowd.enter(group_instance_id="goes")
    crowd.wait(crowd.settled, "two static members to share")
    before, kept, calls = set(goes.owned), set(stays.owned), stays.assigned
    crowd.part(goes)
    back = crowd.enter(group_instance_id="goes")
    crowd.wait(lambda: back.owned, "the static member to be back")
    assert back.owned == before, (back.owned, before)
    assert stays.owned == kept and stays.assigned == calls, "the return of a static member moved partitions"
    crowd.close()


def fenced_instance(address):
    crowd = Crowd(address, 2)
    old = crowd.enter(group_instance_id="twin")
    crowd.wait(crowd.settled, "the first twin")
    new = consumer(address, crowd.group, group_instance_id="twin")
    new.subscribe([crowd.topic])
    end = time.monotonic() + 30
    while old.fault is None:
        new.poll(0.2)
        assert time.monotonic() < end, "the first twin goes on"
    assert old.fault.args[0].code() in (KafkaError.FENCED_INSTANCE_ID, KafkaError._FATAL), old.fault
    new.close()


def unreleased_instance(address):
    crowd = Crowd(address, 2, group_protocol="consumer")
    crowd.enter(group_instance_id="twin")
    crowd.wait(crowd.settled, "the first twin")
    new = consumer(address, crowd.group, group_protocol="consumer", group_instance_id="twin")
    new.subscribe([crowd.topic])
    fault = fails(KafkaError._FATAL, lambda: read(new, 1))
    assert "instance ID is still used" in fault.str(), fault
    new.close()
    crowd.close()


def commits(address, protocol):
    made, group = topic(address), name("commits")
    send(producer(address), made, [b"%d" % n for n in range(20)])
    c = consumer(address, group, group_protocol=protocol)
    c.subscribe([made])
    read(c, 20)
    c.commit(offsets=[TopicPartition(made, 0, 7, metadata="a note")], asynchronous=False)
    c.close()
    c = consumer(address, group, group_protocol=protocol)
    (place,) = c.committed([TopicPartition(made, 0)], 10)
    assert (place.offset, place.metadata) == (7, "a note"), (place.offset, place.metadata)
    c.subscribe([made])
    assert read(c, 1)[0].offset() == 7
    long = TopicPartition(made, 0, 1, metadata="x" * 5000)

    def commit():
        # One partition's failure is either thrown or stands in the answer.
        (answer,) = c.commit(offsets=[long], asynchronous=False)
        if answer.error:
            raise KafkaException(answer.error)

    fails(KafkaError.OFFSET_METADATA_TOO_LARGE, commit)
    c.close()


def regular_expression(address, protocol):
    stem = name("pattern")
    one = topic(address, stem)
    c = consumer(address, group_protocol=protocol, topic_metadata_refresh_interval_ms=500, metadata_max_age_ms=1000)
    c.subscribe([f"^{stem}-.*"])
    p = producer(address)
    send(p, one, [b"first"])
    assert read(c, 1)[0].topic() == one
    c.commit(asynchronous=False)
    two = topic(address, stem)
    send(p, two, [b"second"])
    assert read(c, 1)[0].topic() == two
    c.close()


def more_partitions(address, protocol):
    from confluent_kafka.admin import NewPartitions

    crowd = Crowd(address, 2, group_protocol=protocol, topic_metadata_refresh_interval_ms=500, metadata_max_age_ms=1000)
    crowd.enter()
    crowd.wait(crowd.settled, "both partitions")
    admin(address).create_partitions([NewPartitions(crowd.topic, 5)])[crowd.topic].result(20)
    crowd.partitions = 5
    crowd.wait(crowd.settled, "the new partitions")
    crowd.close()


def migration(address):
    """A classic group becomes one of the consumer protocol, member by member, while both read."""
    crowd = Crowd(address, 4)
    old = crowd.enter(partition_assignment_strategy="cooperative-sticky")
    crowd.wait(crowd.settled, "the classic member")
    crowd.enter(group_protocol="consumer")
    crowd.wait(crowd.settled, "both kinds of members to share")
    crowd.part(old)
    crowd.wait(crowd.settled, "the member of the consumer protocol to own all")
    crowd.close()


def each(title, work):
    return [(f"{title}, {protocol} protocol", lambda address, p=protocol: work(address, p)) for protocol in PROTOCOLS]


def configured(work, **config):
    return lambda address: work(address, **config)


CASES = [
    ("members share, classic protocol, eager", configured(sharing, partition_assignment_strategy="range")),
    ("members share, classic protocol, cooperative",
     configured(sharing, partition_assignment_strategy="cooperative-sticky")),
    ("members share, consumer protocol, uniform", configured(sharing, group_protocol="consumer")),
    ("members share, consumer protocol, range",
     configured(sharing, group_protocol="consumer", group_remote_assignor="range")),
    ("members come and go while records come, classic protocol, eager", configured(churn)),
    ("members come and go while records come, classic protocol, cooperative",
     configured(churn, partition_assignment_strategy="cooperative-sticky")),
    ("members come and go while records come, consumer protocol", configured(churn, group_protocol="consumer")),
    *each("a static member comes back", static),
    ("a static member is fenced by its twin", fenced_instance),
    ("a static member of the consumer protocol keeps its twin out", unreleased_instance),
    *each("committed offsets and their metadata", commits),
    *each("subscription by pattern", regular_expression),
    *each("partitions that are added", more_partitions),
    ("a group moves from the classic to the consumer protocol", migration),
]
