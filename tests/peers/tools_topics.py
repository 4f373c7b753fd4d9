"""kafka-topics, kafka-configs, kafka-console-producer and -consumer, kafka-get-offsets, kafka-delete-records."""
import json
import os
import tempfile

import bed


def in_file(content):
    """A file with this content as JSON; removed with the process's temporary folder."""
    handle, path = tempfile.mkstemp(suffix=".json", dir=FOLDER.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file)
    return path


FOLDER = tempfile.TemporaryDirectory(prefix="tools-")


def topics(run):
    made = run.topic(2, "retention.ms=3600000")
    assert made in run("kafka-topics", "--list").ok().lines()
    described = run("kafka-topics", "--describe", "--topic", made).ok()
    described.says(rf"Topic: {made}\s+TopicId: [\w-]{{22}}\s+PartitionCount: 2\s+ReplicationFactor: 1\s+Configs: .*"
                   r"retention.ms=3600000")
    described.says(r"Partition: 0\s+Leader: (\d+)\s+Replicas: \1\s+Isr: \1", r"Partition: 1")
    run("kafka-topics", "--alter", "--topic", made, "--partitions", 3).ok()
    bed.until(lambda: "PartitionCount: 3" in run("kafka-topics", "--describe", "--topic", made).out, "three partitions")
    fewer = run("kafka-topics", "--alter", "--topic", made, "--partitions", 1)
    assert fewer.code == 1, fewer
    fewer.says(r"3 partition")
    run("kafka-topics", "--create", "--topic", made).says(f"Topic '{made}' already exists")
    run("kafka-topics", "--create", "--topic", made, "--if-not-exists").ok()
    run("kafka-topics", "--create", "--topic", "bad name").says("legal characters|illegal|invalid|not allowed")
    run("kafka-topics", "--create", "--topic", "factor", "--replication-factor", 3).says("replication factor|Replication factor")
    run("kafka-topics", "--create", "--topic", "setting", "--config", "no.such=1").says("no.such")
    for filtered in ("--under-replicated-partitions", "--unavailable-partitions", "--at-min-isr-partitions"):
        out = run("kafka-topics", "--describe", "--topic", made, filtered).ok().lines()
        # With one replica and one required each partition is exactly at its minimum.
        assert len(out) == (3 if filtered.startswith("--at-min") else 0), (filtered, out)
    run("kafka-topics", "--delete", "--topic", made).ok()
    bed.until(lambda: made not in run("kafka-topics", "--list").lines(), "the topic to be gone")
    run("kafka-topics", "--delete", "--topic", made).says(f"Topic '{made}' does not exist as expected")


def configs(run):
    made = run.topic()
    run("kafka-configs", "--alter", "--topic", made, "--add-config", "retention.ms=1000000,cleanup.policy=[compact,delete]")\
        .ok().says(f"Completed updating config for topic {made}.")
    own = bed.until(lambda: run("kafka-configs", "--describe", "--topic", made).ok().lines()[1:], "the settings")
    assert sorted(line.split()[0] for line in own) == ["cleanup.policy=compact,delete", "retention.ms=1000000"], own
    everything = run("kafka-configs", "--describe", "--topic", made, "--all").ok()
    everything.says(r"retention.ms=1000000 sensitive=false synonyms=\{DYNAMIC_TOPIC_CONFIG:retention.ms=1000000",
                    r"segment.bytes=\d+ sensitive=false synonyms=\{.*DEFAULT_CONFIG:log.segment.bytes=")
    for key in ("compression.type", "delete.retention.ms", "file.delete.delay.ms", "flush.messages", "flush.ms",
                "follower.replication.throttled.replicas", "index.interval.bytes", "max.compaction.lag.ms",
                "max.message.bytes", "message.timestamp.after.max.ms", "message.timestamp.type",
                "min.cleanable.dirty.ratio", "min.compaction.lag.ms", "min.insync.replicas", "preallocate",
                "retention.bytes", "segment.index.bytes", "segment.jitter.ms", "segment.ms",
                "unclean.leader.election.enable", "remote.storage.enable", "local.retention.ms"):
        everything.says(rf"^  {key}=")
    run("kafka-configs", "--alter", "--topic", made, "--delete-config", "retention.ms").ok()
    bed.until(lambda: len(run("kafka-configs", "--describe", "--topic", made).ok().lines()) == 2, "one setting less")
    wrong = run("kafka-configs", "--alter", "--topic", made, "--add-config", "retention.ms=soon")
    assert wrong.code == 1, wrong
    wrong.says("InvalidConfigurationException: .*retention.ms.*(Not a number of type LONG|must be a whole number)")
    run("kafka-configs", "--alter", "--topic", made, "--add-config", "no.such=1").says("InvalidConfigurationException: .*no.such")
    run("kafka-configs", "--alter", "--topic", "absent", "--add-config", "retention.ms=1").says("does not exist|UnknownTopicOrPartition")
    run("kafka-configs", "--describe", "--entity-type", "brokers").ok().says("Dynamic configs for broker 1 are:")
    run("kafka-configs", "--describe", "--broker", 1, "--all").ok().says("num.partitions=4", "auto.create.topics.enable=true",
                                                                         "log.retention.ms=", "message.max.bytes=")
    for kind in ("users", "clients", "client-metrics"):
        assert run("kafka-configs", "--describe", "--entity-type", kind).ok().out.strip() == "", kind


def group_configs(run):
    run("kafka-configs", "--alter", "--group", "set-group", "--add-config", "consumer.session.timeout.ms=50000").ok()
    bed.until(lambda: "consumer.session.timeout.ms=50000" in run("kafka-configs", "--describe", "--group", "set-group").out,
              "the setting of the group")
    run("kafka-configs", "--alter", "--group", "set-group", "--add-config", "consumer.session.timeout.ms=1")\
        .says("InvalidConfigurationException")
    run("kafka-configs", "--alter", "--group", "set-group", "--delete-config", "consumer.session.timeout.ms").ok()
    bed.until(lambda: "50000" not in run("kafka-configs", "--describe", "--group", "set-group").out, "no setting of the group")


def console(run):
    made = run.topic(3)
    run.send(made, ["plain", "lines"], "--command-property", "acks=1")
    run.send(made, ["k1:v1", "k2:v2"], "--reader-property", "parse.key=true", "--reader-property", "key.separator=:",
             "--compression-codec", "lz4")
    run.send(made, ["h1:a,h2:b\tk3\tv3"], "--reader-property", "parse.key=true", "--reader-property", "parse.headers=true")
    more = [part for key in ("key", "headers", "partition", "offset", "timestamp") for part in
            ("--formatter-property", f"print.{key}=true")]
    found = "\n".join(run.read(made, 5, *more))
    for wanted in (r"CreateTime:\d{13}\tPartition:\d\tOffset:\d+\tNO_HEADERS\tk1\tv1", r"h1:a,h2:b\tk3\tv3", r"null\tlines"):
        assert __import__("re").search(wanted, found), (wanted, found)
    one = run("kafka-console-consumer", "--topic", made, "--partition", 0, "--offset", "latest", "--timeout-ms", 500)
    one.ok().says("Processed a total of 0 messages")
    empty = run("kafka-console-consumer", "--topic", made, "--timeout-ms", 500, "--group", f"late-{made}")
    empty.ok().says("Processed a total of 0 messages")


def console_compressions(run):
    made = run.topic()
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        run.send(made, [f"{codec} {n}" for n in range(20)], "--compression-codec", codec)
    assert run.read(made, 100) == [f"{codec} {n}" for codec in ("none", "gzip", "snappy", "lz4", "zstd") for n in range(20)]


def offsets(run):
    made = run.topic(2)
    for number in range(3):
        run.send(made, [f"k:{number}"], "--reader-property", "parse.key=true", "--reader-property", "key.separator=:")
    lines = run("kafka-get-offsets", "--topic", made).ok().lines()
    full = next(int(line.split(":")[1]) for line in lines if line.endswith(":3"))
    assert sorted(lines) == sorted([f"{made}:{full}:3", f"{made}:{1 - full}:0"])
    expected = {"-2": 2, "earliest": 2, "latest": 2, "-1": 2, "earliest-local": 2, "latest-tiered": 0, "0": 1, "max-timestamp": 1}
    for time, count in expected.items():
        found = run("kafka-get-offsets", "--topic", made, "--time", time).ok().lines()
        assert len(found) == count, (time, found)
    assert run("kafka-get-offsets", "--topic", made, "--time", "max-timestamp").lines() == [f"{made}:{full}:2"]
    assert run("kafka-get-offsets", "--topic", made, "--time", "0").lines() == [f"{made}:{full}:0"]
    ranged = run("kafka-get-offsets", "--topic-partitions", f"{made}:0-1").ok().lines()
    assert [line.split(":")[1] for line in ranged] == ["0"], ranged
    run("kafka-get-offsets", "--topic", "absent").says("Could not match any topic-partitions")


def delete_records(run):
    made = run.topic(2)
    for _ in range(2):
        run.send(made, [f"k:{n}" for n in range(5)], "--reader-property", "parse.key=true", "--reader-property", "key.separator=:")
    lines = run("kafka-get-offsets", "--topic", made).ok().lines()
    full = next(int(line.split(":")[1]) for line in lines if line.endswith(":10"))
    wanted = [{"topic": made, "partition": full, "offset": 4}, {"topic": made, "partition": 1 - full, "offset": -1}]
    done = run("kafka-delete-records", "--offset-json-file", in_file({"version": 1, "partitions": wanted})).ok()
    done.says(f"partition: {made}-{full}\tlow_watermark: 4", f"partition: {made}-{1 - full}\tlow_watermark: 0")
    assert f"{made}:{full}:4" in run("kafka-get-offsets", "--topic", made, "--time", "earliest").lines()
    assert run.read(made, 6) == ["4", "0", "1", "2", "3", "4"]
    wanted = [{"topic": made, "partition": full, "offset": 99}]
    run("kafka-delete-records", "--offset-json-file", in_file({"version": 1, "partitions": wanted})).says("OffsetOutOfRange")


CASES = [
    ("kafka-topics creates, lists, describes, alters and deletes", topics),
    ("kafka-configs on topics and the broker", configs),
    ("kafka-configs on groups", group_configs),
    ("kafka-console-producer and -consumer with keys and headers", console),
    ("kafka-console-producer with every compression", console_compressions),
    ("kafka-get-offsets by every kind of time", offsets),
    ("kafka-delete-records", delete_records),
]
