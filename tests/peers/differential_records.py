"""Cases that produce, fetch and ask for offsets."""
from batch import batch
from differential_case import Steps, each, ends
from differential_topics import own

NOBODY = "00000000-0000-0000-0000-00000000abcd"
STAMP = 1_700_000_000_000


def cases(d):
    yield from produce(d)
    yield from fetch(d)
    yield from sessions(d)
    yield from offsets(d)


def produced(topic, records, partition=0, **more):
    def build(side, version):
        data = {"Name": topic, "PartitionData": [{"Index": partition, "Records": records}]}
        if version >= 13:
            data["TopicId"] = side.ids.get(topic, NOBODY)
        return {"Acks": -1, "TimeoutMs": 5000, "TopicData": [data], **more}

    return build


def produce(d):
    def made(side):
        side.topic("written")
        side.topic("stamped", 1, message_timestamp_type="LogAppendTime")
        side.topic("narrow", 1, max_message_bytes=500)
        side.topic("marked")
        side.topic("lonely", 1, min_insync_replicas=2)

    good = batch([(b"k", b"v"), (None, b"x", 5), (b"h", None, 1, [(b"trace", b"1"), (b"trace", None)])], STAMP)
    for acks in (-1, 1):
        yield from each(d, "Produce", f"good records, acks {acks}", produced("written", good, Acks=acks), before=made)
    wrong = {
        "an unknown topic": produced("unseen", good), "an unknown partition": produced("written", good, 9),
        "a negative partition": produced("written", good, -1),
        "a wrong checksum": produced("written", batch([(b"k", b"v")], STAMP, wrong_crc=True)),
        "magic 1": produced("written", batch([(b"k", b"v")], STAMP, magic=1)), "magic 3": produced("written", batch([(b"k", b"v")], STAMP, magic=3)),
        "an empty batch": produced("written", batch([], STAMP)), "no batch": produced("written", b""),
        "a batch cut short": produced("written", good[:-3]), "a batch of which only the head came": produced("written", good[:40]),
        "bytes after the batch": produced("written", good + b"abc"), "two batches": produced("written", good + good),
        "the beginning of a second batch": produced("written", good + good[:-3]), "zeros after the batch": produced("written", good + bytes(20)),
        "a second batch of an older format": produced("written", good + batch([(b"k", b"v")], STAMP, magic=1)),
        "a second batch of a format to come": produced("written", good + batch([(b"k", b"v")], STAMP, magic=3)),
        "a count that is too high": produced("written", batch([(b"k", b"v")], STAMP, count=7)),
        "a last offset that is wrong": produced("written", batch([(b"k", b"v")], STAMP, last_delta=7)),
        "more than the topic allows": produced("narrow", batch([(b"k", b"v" * 600)], STAMP)),
        "the broker's timestamps": produced("stamped", good), "acks 2": produced("written", good, Acks=2), "acks -2": produced("written", good, Acks=-2),
        "a control batch": produced("written", batch([(b"\0\0\0\0", b"\0\0\0\0\0\0")], STAMP, producer=1, epoch=0, attributes=0x30)),
        "a control batch outside a transaction": produced("written", batch([(b"\0\0\0\0", b"\0\0\0\0\0\0")], STAMP, attributes=0x20)),
        "a batch that says the broker gave it the time": produced("marked", batch([(b"k", b"v")], STAMP, attributes=8)),
        "an epoch below zero": produced("written", batch([(b"k", b"v")], STAMP, producer=987653, epoch=-1, sequence=0)),
        "fewer replicas than the topic asks for": produced("lonely", good), "fewer replicas than it asks for, acks 1": produced("lonely", good, Acks=1),
        "a producer that is not known": produced("written", batch([(b"k", b"v")], STAMP, producer=987654, epoch=0, sequence=5)),
        "a transaction without an id": produced("written", batch([(b"k", b"v")], STAMP, producer=1, epoch=0, sequence=0, attributes=0x10)),
        "compressed bytes that are none": produced("written", batch([(b"k", b"v")], STAMP, attributes=1)),
        "a compression that is none": produced("written", batch([(b"k", b"v")], STAMP, attributes=7)),
        "times far in the future and the past": produced("written", batch([(b"k", b"v"), (b"k", b"v", 9_000_000_000_000), (b"k", b"v", 9_000_000_000_001)], 0)),
        "a time far in the future": produced("written", batch([(b"k", b"v")], 9_000_000_000_000)),
        "a time of none": produced("written", batch([(b"k", b"v")], -1)),
        "an offset that the producer chose": produced("written", batch([(b"k", b"v")], STAMP, base=77)),
        "no topic": lambda side, v: {"Acks": -1, "TimeoutMs": 5000, "TopicData": []},
    }
    for title, build in wrong.items():
        yield from ends(d, "Produce", title, build, before=made)
    keyless = produced("compacted", batch([(b"k", b"v"), (None, b"x")], STAMP))
    yield from ends(d, "Produce", "a record without a key where keys are needed", keyless,
                    before=lambda side: side.topic("compacted", 1, cleanup_policy="compact"))
    yield from ends(d, "Produce", "several records without a key where keys are needed", produced("compacted", batch([(None, b"v")] * 5, STAMP)))

    yield from ends(d, "Produce", "to a topic of Kafka's own", produced("__consumer_offsets", good), before=own)

    def partition_twice(side, version):
        tree = produced("written", good)(side, version)
        tree["TopicData"][0]["PartitionData"] *= 2
        return tree

    yield from ends(d, "Produce", "a partition twice", partition_twice, before=made)
    yield from ends(d, "Produce", "a topic twice", lambda side, v: {"Acks": -1, "TimeoutMs": 5000, "TopicData": [
        produced("written", good)(side, v)["TopicData"][0]] * 2}, before=made)


def fetched(topic, offset, partition=0, leader_epoch=-1, last_fetched=-1, maximum=1 << 20, **more):
    def build(side, version):
        one = {"Partition": partition, "FetchOffset": offset, "CurrentLeaderEpoch": leader_epoch, "LastFetchedEpoch": last_fetched, "PartitionMaxBytes": maximum}
        what = {"Topic": topic, "Partitions": [one]}
        if version >= 13:
            what["TopicId"] = side.ids.get(topic, NOBODY)
        return {"MaxWaitMs": 0, "MinBytes": 0, "SessionId": 0, "SessionEpoch": -1, "Topics": [what], **more}

    return build


def filled(side):
    if "filled" not in side.ids:
        side.topic("filled", 2)
        for number in range(4):
            side.write("filled", batch([(b"k%d" % n, b"v" * 50, n) for n in range(5)], STAMP + 1000 * number))
        side.topic("begun")
        side.write("begun", batch([(b"k%d" % n, b"v", n) for n in range(10)], STAMP))
        cut = [{"Name": "begun", "Partitions": [{"PartitionIndex": 0, "Offset": 4}]}]
        side.call("DeleteRecords", 2, {"Topics": cut, "TimeoutMs": 5000})


def fetch(d):
    yield from each(d, "Fetch", "from the first offset", fetched("filled", 0), before=filled)
    yield from each(d, "Fetch", "from the middle of a batch", fetched("filled", 7), before=filled)
    wrong = {
        "at the end": fetched("filled", 20), "beyond the end": fetched("filled", 21), "below zero": fetched("filled", -1),
        "before what was deleted": fetched("begun", 3), "from the middle of a batch that begins before the log": fetched("begun", 4),
        "one byte at most": fetched("filled", 0, maximum=1), "one byte of all at most": fetched("filled", 0, MaxBytes=1),
        "an unknown topic": fetched("unseen", 0), "an unknown partition": fetched("filled", 0, 9),
        "committed records alone": fetched("filled", 0, IsolationLevel=1), "an isolation that is none": fetched("filled", 0, IsolationLevel=7),
        "the epoch of the leader": fetched("filled", 0, leader_epoch=0), "an epoch to come": fetched("filled", 0, leader_epoch=5),
        "the epoch fetched last": fetched("filled", 5, last_fetched=0), "an epoch fetched last that is to come": fetched("filled", 5, last_fetched=9),
        "as a follower that does not exist": fetched("filled", 0, ReplicaId=5, ReplicaState={"ReplicaId": 5, "ReplicaEpoch": 1}),
        "no topic": lambda side, v: {"MaxWaitMs": 0, "MinBytes": 0, "SessionEpoch": -1, "Topics": []},
        "two partitions, few bytes": lambda side, v: {**fetched("filled", 0, MaxBytes=1)(side, v), "Topics": [{
            **fetched("filled", 0)(side, v)["Topics"][0], "Partitions": [
                {"Partition": p, "FetchOffset": 0, "PartitionMaxBytes": 100} for p in (1, 0)]}]},
    }
    for title, build in wrong.items():
        yield from ends(d, "Fetch", title, build, before=filled)

    def twice(*topics):
        def build(side, version):
            tree = fetched("filled", 0)(side, version)
            made = [[{"Partition": p, "FetchOffset": offset, "PartitionMaxBytes": 1 << 20} for p, offset in parts] for parts in topics]
            return {**tree, "Topics": [dict(tree["Topics"][0], Partitions=parts) for parts in made]}

        return build

    for title, build in (("a partition twice", twice([(0, 0), (1, 0), (0, 15)])), ("a topic twice", twice([(0, 15)], [(1, 0), (0, 20)])),
                         ("an unknown partition twice", twice([(9, 0), (9, 5)]))):
        yield from ends(d, "Fetch", title, build, before=filled)


def sessions(d):
    def asked(side, version, session, epoch, offset=None, forgotten=False):
        tree = {**fetched("filled", offset or 0)(side, version), "SessionId": session, "SessionEpoch": epoch}
        if offset is None:
            tree["Topics"] = []
        if forgotten:
            tree["ForgottenTopicsData"] = [{"Topic": "filled", "TopicId": side.ids["filled"], "Partitions": [0]}]
        return tree

    for version in (7, 12, 13, 17):
        def life(side, call, v=version):
            filled(side)
            session = call("Fetch", v, asked(side, v, 0, 0, 0), "opened")["SessionId"]
            call("Fetch", v, asked(side, v, session, 1), "nothing new asked, the same again")
            call("Fetch", v, asked(side, v, session, 2, 20), "moved to the end")
            call("Fetch", v, asked(side, v, session, 3), "nothing to tell")
            call("Fetch", v, asked(side, v, session, 9), "a wrong epoch")
            call("Fetch", v, asked(side, v, session, 4, forgotten=True), "forgotten")
            call("Fetch", v, asked(side, v, session, -1), "closed")
            call("Fetch", v, asked(side, v, session, 5), "after the close")

        yield Steps(f"Fetch v{version}: the life of a session", life)

    def unknown(side, call):
        filled(side)
        call("Fetch", 13, asked(side, 13, 12345, 1))

    yield Steps("Fetch v13: a session that never was", unknown)


def offsets(d):
    def asked(stamp, topic="filled", partition=0, epoch=-1, isolation=0):
        one = {"PartitionIndex": partition, "Timestamp": stamp, "CurrentLeaderEpoch": epoch}
        return lambda side, version: {"ReplicaId": -1, "IsolationLevel": isolation, "Topics": [{"Name": topic, "Partitions": [one]}]}

    for title, stamp in (("the first", -2), ("the next", -1), ("a time", STAMP + 1001), ("a time before all", 0), ("a time after all", STAMP * 2)):
        yield from each(d, "ListOffsets", title, asked(stamp), before=filled)
    for title, stamp in (("the highest time", -3), ("the first that is local", -4), ("the last that is tiered", -5), ("a time that means nothing", -9)):
        yield from ends(d, "ListOffsets", title, asked(stamp), before=filled)
        yield from ends(d, "ListOffsets", f"{title}, no records", asked(stamp, partition=1), low=7, before=filled)
    yield from ends(d, "ListOffsets", "the first after a deletion", asked(-2, "begun"), before=filled)
    yield from ends(d, "ListOffsets", "a time before a deletion", asked(STAMP, "begun"), before=filled)
    yield from ends(d, "ListOffsets", "an unknown topic", asked(-1, "unseen"))
    yield from ends(d, "ListOffsets", "an unknown partition", asked(-1, partition=9), before=filled)
    yield from ends(d, "ListOffsets", "an epoch to come", asked(-1, epoch=9), low=4, before=filled)
    yield from ends(d, "ListOffsets", "committed records alone", asked(-1, isolation=1), low=2, before=filled)
    yield from ends(d, "ListOffsets", "a partition twice", lambda side, v: {"ReplicaId": -1, "Topics": [{"Name": "filled", "Partitions": [
        {"PartitionIndex": 0, "Timestamp": -1}] * 2}]}, before=filled)

    def epoch(of, current=-1, topic="filled", partition=0):
        one = {"Partition": partition, "CurrentLeaderEpoch": current, "LeaderEpoch": of}
        return lambda side, version: {"ReplicaId": -1, "Topics": [{"Topic": topic, "Partitions": [one]}]}

    for title, build in (("the present epoch", epoch(0)), ("an epoch to come", epoch(7)), ("no epoch", epoch(-1)), ("a current epoch to come", epoch(0, 7)),
                         ("the current epoch", epoch(0, 0)), ("an unknown topic", epoch(0, topic="unseen")), ("an unknown partition", epoch(0, partition=9))):
        yield from each(d, "OffsetForLeaderEpoch", title, build, before=filled)
