"""Cases that make, change and delete topics, and delete records."""
import batch
from differential_case import Steps, each, ends


def cases(d):
    yield from creation(d)
    yield from partitions(d)
    yield from deletion(d)
    yield from records(d)


def own(side):
    """Apache Kafka makes its own topics when somebody needs them; here they are made by hand."""
    for name in ("__consumer_offsets", "__transaction_state"):
        side.topic(name, 4)


def creation(d):
    def made(name, **more):
        one = {"NumPartitions": 1, "ReplicationFactor": 1, **more}
        return lambda side, version: {"Topics": [dict(one, Name=name.replace("VERSION", str(version)))], "timeoutMs": 10000}

    def config(**values):
        return [{"Name": key.replace("_", "."), "Value": value} for key, value in values.items()]

    yield from each(d, "CreateTopics", "a topic", made("made-VERSION", NumPartitions=3, Configs=config(retention_ms="1000")))
    yield from each(d, "CreateTopics", "the same topic again", made("made-VERSION"))
    yield from each(d, "CreateTopics", "with the broker's defaults", made("plain-VERSION", NumPartitions=-1, ReplicationFactor=-1), low=4)
    yield from each(d, "CreateTopics", "placed by hand", made("placed-VERSION", NumPartitions=-1, ReplicationFactor=-1, Assignments=[
        {"PartitionIndex": 0, "BrokerIds": [1]}, {"PartitionIndex": 1, "BrokerIds": [1]}]))
    wrong = {
        "no partitions": {"NumPartitions": 0}, "too many replicas": {"ReplicationFactor": 3}, "no replicas": {"ReplicationFactor": 0},
        "an unknown setting": {"Configs": config(no_such="1")}, "a wrong setting": {"Configs": config(retention_ms="soon")},
        "partitions below -1": {"NumPartitions": -2}, "replicas below -1": {"ReplicationFactor": -2},
        "placed twice on one broker": {"NumPartitions": -1, "ReplicationFactor": -1, "Assignments": [{"PartitionIndex": 0, "BrokerIds": [1, 1]}]},
        "placed nowhere": {"NumPartitions": -1, "ReplicationFactor": -1, "Assignments": [{"PartitionIndex": 0, "BrokerIds": []}]},
        "null as a setting": {"Configs": config(retention_ms=None)},
        "placed and counted": {"Assignments": [{"PartitionIndex": 0, "BrokerIds": [1]}]},
        "placed on an unknown broker": {"NumPartitions": -1, "ReplicationFactor": -1, "Assignments": [{"PartitionIndex": 0, "BrokerIds": [9]}]},
        "placed with a gap": {"NumPartitions": -1, "ReplicationFactor": -1, "Assignments": [{"PartitionIndex": 1, "BrokerIds": [1]}]},
    }
    for title, more in wrong.items():
        yield from ends(d, "CreateTopics", title, made("wrong-VERSION", **more))
    for name in ("", ".", "..", "not allowed", "é", "x" * 249, "x" * 250, "dot.ted-VERSION", "dot_ted-VERSION"):
        yield from ends(d, "CreateTopics", f"named {name[:20]!r} of {len(name)}", made(name))
    yield from ends(d, "CreateTopics", "only checked", lambda side, v: {"Topics": [{"Name": f"dry-{v}", "NumPartitions": 2,
                    "ReplicationFactor": 1}], "timeoutMs": 10000, "validateOnly": True})
    yield from ends(d, "CreateTopics", "twice in one request", lambda side, v: {"Topics": [{"Name": f"twin-{v}", "NumPartitions": 1,
                    "ReplicationFactor": 1}] * 2, "timeoutMs": 10000})
    yield from ends(d, "CreateTopics", "a setting twice", made("repeated-VERSION", Configs=config(retention_ms="1000") + config(retention_ms="2000")))
    yield from ends(d, "CreateTopics", "a setting twice, wrong and right", made("again-VERSION", Configs=config(retention_ms="soon")
                    + config(retention_ms="2000")))
    yield from ends(d, "CreateTopics", "the log of the cluster", made("__cluster_metadata"))
    for name in ("__consumer_offsets", "__transaction_state"):
        yield from ends(d, "CreateTopics", f"a topic of Kafka's own, {name}", made(name), before=own)
    yield from ends(d, "CreateTopics", "none", lambda side, v: {"Topics": [], "timeoutMs": 10000})


def partitions(d):
    def grown(count, topic="growing", **more):
        return lambda side, version: {"Topics": [{"Name": topic, "Count": count, **more}], "TimeoutMs": 10000}

    def made(side):
        side.topic("growing", 2)

    for title, build in (("fewer", grown(1)), ("as many", grown(2)), ("zero", grown(0)), ("of an unknown topic", grown(3, "unseen")),
                         ("placed on an unknown broker", grown(3, Assignments=[{"BrokerIds": [9]}])),
                         ("placed, but not all", grown(4, Assignments=[{"BrokerIds": [1]}]))):
        yield from each(d, "CreatePartitions", title, build, before=made)
    yield from each(d, "CreatePartitions", "only checked", lambda side, v: {"Topics": [{"Name": "growing", "Count": 9}],
                    "TimeoutMs": 10000, "ValidateOnly": True}, before=made)

    def grows(side, call):
        side.topic("grows", 1)
        call("CreatePartitions", 3, {"Topics": [{"Name": "grows", "Count": 3, "Assignments": [{"BrokerIds": [1]}] * 2}], "TimeoutMs": 10000})

    yield Steps("CreatePartitions: placed on the one broker", grows)


def deletion(d):
    for version in range(1, 7):
        def removed(side, call, version=version):
            name = side.topic(f"removed-{version}")
            named = {"TopicNames": [name, "unseen"], "Topics": [{"Name": name}, {"Name": "unseen"}], "TimeoutMs": 10000}
            call("DeleteTopics", version, named)

        yield Steps(f"DeleteTopics v{version}: a topic and one that is not there", removed)

    def by_id(side, call):
        side.topic("removed-by-id")
        topics = [{"TopicId": side.ids["removed-by-id"], "Name": None}, {"TopicId": "00000000-0000-0000-0000-00000000abcd", "Name": None}]
        call("DeleteTopics", 6, {"Topics": topics, "TimeoutMs": 10000})

    def both(side, call):
        side.topic("kept")
        call("DeleteTopics", 6, {"Topics": [{"TopicId": side.ids["kept"], "Name": "kept"}], "TimeoutMs": 10000})

    def twice(side, call):
        side.topic("kept")
        call("DeleteTopics", 6, {"Topics": [{"Name": "kept"}, {"Name": "kept"}], "TimeoutMs": 10000})

    def nothing(side, call):
        call("DeleteTopics", 6, {"Topics": [{"Name": None}], "TimeoutMs": 10000})

    yield Steps("DeleteTopics v6: by id", by_id)
    yield Steps("DeleteTopics v6: by name and id at once", both)
    yield Steps("DeleteTopics v6: one topic twice", twice)
    yield Steps("DeleteTopics v6: neither name nor id", nothing)


def records(d):
    def cut(offset, topic="cut", partition=0):
        what = [{"Name": topic, "Partitions": [{"PartitionIndex": partition, "Offset": offset}]}]
        return lambda side, version: {"Topics": what, "TimeoutMs": 10000}

    def made(side):
        if "cut" not in side.ids:
            side.topic("cut")
            side.write("cut", batch.batch([(b"k", b"%d" % n) for n in range(10)]))

    def twice(*offsets, topic="cut-twice", topics=1):
        what = {"Name": topic, "Partitions": [{"PartitionIndex": 0, "Offset": offset} for offset in offsets]}
        return lambda side, version: {"Topics": [what] * topics, "TimeoutMs": 10000}

    def made_twice(side):
        if "cut-twice" not in side.ids:
            side.topic("cut-twice")
            side.write("cut-twice", batch.batch([(b"k", b"%d" % n) for n in range(10)]))

    for title, build in (("a partition twice", twice(2, 4)), ("a partition twice, beyond the end at last", twice(5, 99)),
                         ("a topic twice", twice(6, topics=2)), ("an unknown topic twice", twice(6, 7, topic="unseen", topics=2))):
        yield from ends(d, "DeleteRecords", title, build, before=made_twice)
    yield from ends(d, "DeleteRecords", "of Kafka's own", cut(0, "__consumer_offsets"), before=own)
    for title, build in (("to the middle of a batch", cut(4)), ("to where it is", cut(4)), ("backwards", cut(2)), ("beyond the end", cut(11)),
                         ("below zero", cut(-2)), ("to the end", cut(-1)), ("of an unknown topic", cut(1, "unseen")),
                         ("of an unknown partition", cut(1, "cut", 5))):
        yield from each(d, "DeleteRecords", title, build, before=made)
