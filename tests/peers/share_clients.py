"""Members of share groups, of librdkafka and of Java: sharing, acknowledging, a member that is killed."""
import subprocess
import sys
import time

from confluent_kafka import AcknowledgeType, KafkaException, ShareConsumer
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

import bed
from confluent_common import admin, name, producer, send, topic


def queue(address, stem="queue"):
    """A share group that starts with the first record."""
    group = name(stem)
    entry = ConfigEntry("share.auto.offset.reset", "earliest", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.GROUP, group, incremental_configs=[entry])
    admin(address).incremental_alter_configs([resource])[resource].result(20)
    return group


def member(address, group, of, **config):
    settings = {"bootstrap.servers": address, "group.id": group, "log_level": 0}
    settings.update({key.replace("_", "."): value for key, value in config.items()})
    consumer = ShareConsumer(settings)
    consumer.subscribe([of])
    return consumer


def poll(consumer, seconds=0.5):
    found = list(consumer.poll(seconds))
    for message in found:
        if message.error():
            raise KafkaException(message.error())
    return found


def take(consumer, count, seconds=30):
    """Polls until `count` messages came; what one poll brings stays together."""
    found, end = [], time.monotonic() + seconds
    while len(found) < count:
        assert time.monotonic() < end, f"{len(found)} of {count} records after {seconds} s"
        found += poll(consumer)
    return found


def committed(consumer):
    outcomes = consumer.commit_sync(20)
    assert all(fault is None for fault in outcomes.values()), outcomes
    return outcomes


def sharing(address):
    """Two members read one partition; each record goes to one of them, once."""
    of = topic(address, "jobs")
    group, p = queue(address), producer(address)
    members = [member(address, group, of, max_poll_records=10) for _ in range(2)]
    seen, counts, sent = [], [0, 0], 0
    end = time.monotonic() + 60
    while len(seen) < 200 or sent < 200:
        assert time.monotonic() < end, f"{len(seen)} of 200 records: {counts}"
        if sent < 200:
            send(p, of, [b"%d" % n for n in range(sent, sent + 5)])
            sent += 5
        for index, one in enumerate(members):
            found = poll(one, 0.05)
            counts[index] += len(found)
            seen += [int(message.value()) for message in found]
            assert all(message.delivery_count() == 1 for message in found), [m.delivery_count() for m in found]
    for one in members:
        committed(one)
        one.close()
    assert sorted(seen) == list(range(200)), f"{len(seen)} deliveries of {len(set(seen))} records"
    assert min(counts) > 0, counts
    # Everything was accepted: nothing is left for another.
    late = member(address, group, of)
    assert not poll(late, 2)
    late.close()


def answers(address):
    """Accepted and rejected records are gone, released ones come again with a higher count."""
    of = topic(address, "jobs")
    group = queue(address)
    send(producer(address), of, [b"accept", b"release", b"reject"])
    one = member(address, group, of, share_acknowledgement_mode="explicit")
    found = {message.value(): message for message in take(one, 3)}
    one.acknowledge(found[b"accept"], AcknowledgeType.ACCEPT)
    one.acknowledge(found[b"release"], AcknowledgeType.RELEASE)
    one.acknowledge(found[b"reject"], AcknowledgeType.REJECT)
    committed(one)
    for count in range(2, 5):
        (again,) = take(one, 1)
        assert (again.value(), again.delivery_count()) == (b"release", count)
        one.acknowledge(again, AcknowledgeType.RELEASE)
        committed(one)
    (last,) = take(one, 1)
    assert last.delivery_count() == 5
    one.acknowledge(last, AcknowledgeType.RELEASE)
    committed(one)
    # Five is the limit (share.delivery.count.limit).
    assert not poll(one, 2)
    one.close()


VICTIM = """
import sys, time
sys.path.insert(0, sys.argv[1])
from share_clients import member, take
one = member(sys.argv[2], sys.argv[3], sys.argv[4], share_acknowledgement_mode="explicit")
print(len(take(one, 3)), flush=True)
time.sleep(600)
"""


def killed(address):
    """What a member held that was killed goes to another when the broker misses it."""
    of = topic(address, "jobs")
    group = queue(address)
    send(producer(address), of, [b"a", b"b", b"c"])
    victim = subprocess.Popen([sys.executable, "-c", VICTIM, bed.HERE, address, group, of], stdout=subprocess.PIPE, text=True)
    try:
        assert victim.stdout.readline().strip() == "3"
    finally:
        victim.kill()
        victim.wait()
        victim.stdout.close()
    other = member(address, group, of)
    found = take(other, 3, 60)
    assert sorted((m.value(), m.delivery_count()) for m in found) == [(b"a", 2), (b"b", 2), (b"c", 2)]
    committed(other)
    other.close()


def java(address, group, of, deliveries, *settings):
    """Runs a Java member; gives a tuple of value, offset, count and answer for each delivery."""
    command = bed.java("ShareMember", address, group, of, str(deliveries), *settings, heap="192m", log="error")
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = [line.split() for line in ended.stdout.splitlines()]
    assert lines[-1] == ["left"] and not [line for line in lines if line[0] == "refused"], ended.stdout
    return [(value, int(offset), int(count), said) for _, value, offset, count, said in lines[:-1]]


def java_answers(address):
    """KafkaShareConsumer accepts, releases, rejects and renews."""
    of = topic(address, "jobs")
    group = queue(address)
    send(producer(address), of, [b"accept-0", b"twice-1", b"reject-2", b"renew-3"])
    told = java(address, group, of, 6, "share.acquire.mode=record_limit", "max.poll.records=2")
    wanted = [
        ("accept-0", 0, 1, "ACCEPT"), ("renew-3", 3, 1, "ACCEPT"), ("renew-3", 3, 1, "RENEW"), ("reject-2", 2, 1, "REJECT"),
        ("twice-1", 1, 1, "RELEASE"), ("twice-1", 1, 2, "ACCEPT"),
    ]
    assert sorted(told) == sorted(wanted), told


def both(address):
    """What a member of librdkafka releases, one of Java gets, and the other way round."""
    of = topic(address, "jobs")
    group = queue(address)
    send(producer(address), of, [b"twice-0"])
    assert java(address, group, of, 1) == [("twice-0", 0, 1, "RELEASE")]
    one = member(address, group, of, share_acknowledgement_mode="explicit")
    (message,) = take(one, 1)
    assert (message.value(), message.delivery_count()) == (b"twice-0", 2)
    one.acknowledge(message, AcknowledgeType.RELEASE)
    one.close()
    assert java(address, group, of, 1) == [("twice-0", 0, 3, "ACCEPT")]


CASES = [
    ("confluent-kafka: two members of a queue share one partition", sharing),
    ("confluent-kafka: accept, release, reject, the limit of deliveries", answers),
    ("confluent-kafka: what a killed member held", killed),
    ("KafkaShareConsumer: accept, release, reject, renew", java_answers),
    ("members of both in one group", both),
]
