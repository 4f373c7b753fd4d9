"""Tools about the whole: transactions, performance, log folders, versions, features, elections, reassignments, access."""
import json

import bed
from tools_driver import group
from tools_topics import in_file

PERF = "kafka-producer-perf-test"


def transactions(run):
    made, identity = run.topic(), group("perf-txn")
    run(PERF, "--topic", made, "--num-records", 200, "--record-size", 100, "--throughput", -1, "--transactional-id", identity,
        "--transaction-duration-ms", 5).ok().says("^200 records sent")
    found = run("kafka-transactions", "list").ok().table_of(identity)
    assert found["TransactionState"] == "CompleteCommit", found
    described = run("kafka-transactions", "describe", "--transactional-id", identity).ok().table_of(identity)
    assert (described["TransactionState"], described["ProducerId"]) == ("CompleteCommit", found["ProducerId"]), described
    assert int(described["TransactionTimeoutMs"]) > 0, described
    producers = run("kafka-transactions", "describe-producers", "--topic", made, "--partition", 0).ok().lines()
    assert producers[0].split()[:2] == ["ProducerId", "ProducerEpoch"], producers
    assert [line.split()[0] for line in producers[1:]] == [found["ProducerId"]], producers
    assert producers[1].split()[-1] == "None", producers
    run("kafka-transactions", "describe", "--transactional-id", "absent").says("could not be found")
    hanging = run("kafka-transactions", "find-hanging", "--broker-id", 1).ok().lines()
    assert len(hanging) == 1 and hanging[0].startswith("Topic\tPartition"), hanging
    run("kafka-transactions", "list", "--duration-filter", 3600000).ok()
    assert run.read(made, 200, "--isolation-level", "read_committed")


def performance(run):
    made = run.topic(3)
    for more in (["acks=1"], ["acks=all", "compression.type=lz4"], ["acks=0", "enable.idempotence=false"]):
        out = run(PERF, "--topic", made, "--num-records", 1000, "--record-size", 100, "--throughput", -1, "--command-property",
                  *" --command-property ".join(more).split())
        out.ok().says(r"^1000 records sent, [\d.]+ records/sec \([\d.]+ MB/sec\), [\d.]+ ms avg latency")
    read = run("kafka-consumer-perf-test", "--topic", made, "--num-records", 3000, "--timeout", 20000).ok()
    numbers = [part.strip() for part in read.lines()[-1].split(",")]
    assert int(numbers[4]) >= 3000, read
    run("kafka-e2e-latency", "--topic", made, "--num-records", 100, "--producer-acks", "all", "--record-size", 100).ok()\
        .says(r"Avg latency: [\d.]+ ms", "Percentiles: 50th")


def log_dirs(run):
    made = run.topic()
    run.send(made, ["x" * 100])
    lines = run("kafka-log-dirs", "--describe", "--topic-list", made).ok().lines()
    (broker,) = json.loads(lines[-1])["brokers"]
    (folder,) = broker["logDirs"]
    assert folder["error"] is None, folder
    (partition,) = folder["partitions"]
    assert partition["partition"] == f"{made}-0" and partition["size"] > 100 and not partition["isFuture"], partition
    assert partition["offsetLag"] == 0, partition


def versions(run):
    out = run("kafka-broker-api-versions").ok()
    out.says(rf"^{run.address} \(id: 1 rack: null isFenced: false\) -> \(", r"Produce\(0\): 0 to \d+ \[usable: 1[0-9]\]",
             r"Fetch\(1\): 4 to 1[78]", r"ConsumerGroupHeartbeat\(68\): 0 to 1", r"DescribeTopicPartitions\(75\): 0")
    assert "UNKNOWN" not in out.out, out


def features(run):
    out = run("kafka-features", "describe").ok()
    out.says(r"Feature: group.version\s.*FinalizedVersionLevel: 1", r"Feature: transaction.version\s.*FinalizedVersionLevel: 2")


def quorum(run):
    status = run("kafka-metadata-quorum", "describe", "--status").ok()
    status.says(r"^LeaderId:\s+1$", r"^MaxFollowerLag:\s+0$", r"^CurrentVoters:\s+\[.*1", r"^CurrentObservers:\s+\[\]$")
    lines = run("kafka-metadata-quorum", "describe", "--replication").ok().lines()
    assert lines[0].split()[0] == "NodeId" and len(lines) == 2, lines
    assert (lines[1].split()[0], lines[1].split()[3], lines[1].split()[-1]) == ("1", "0", "Leader"), lines


def elections(run):
    made = run.topic()
    out = run("kafka-leader-election", "--election-type", "preferred", "--topic", made, "--partition", 0).ok()
    out.says("Valid replica already elected for partitions|^$")
    run("kafka-leader-election", "--election-type", "preferred", "--all-topic-partitions").ok()
    run("kafka-leader-election", "--election-type", "preferred", "--topic", "absent", "--partition", 0)\
        .says("UnknownTopicOrPartition|does not exist")


def reassignments(run):
    made = run.topic()
    plan = in_file({"version": 1, "partitions": [{"topic": made, "partition": 0, "replicas": [1]}]})
    run("kafka-reassign-partitions", "--execute", "--reassignment-json-file", plan).ok()\
        .says(f"Successfully started partition reassignment for {made}-0")
    run("kafka-reassign-partitions", "--verify", "--reassignment-json-file", plan).ok()\
        .says(f"Reassignment of partition {made}-0 is completed")
    run("kafka-reassign-partitions", "--list").ok().says("No partition reassignments found")
    away = in_file({"version": 1, "partitions": [{"topic": made, "partition": 0, "replicas": [7]}]})
    run("kafka-reassign-partitions", "--execute", "--reassignment-json-file", away).says("Unknown broker|not found|7")


def cluster(run):
    identity = run("kafka-cluster", "cluster-id").ok().says(r"Cluster ID: [\w-]+")
    assert "Cluster ID" in identity.out
    host, port = run.address.split(":")
    run("kafka-cluster", "list-endpoints").ok().says(rf"^1\s+{host}\s+{port}")


def nothing_is_guarded(run):
    run("kafka-acls", "--list").says("SecurityDisabledException|No Authorizer is configured")
    assert run("kafka-client-metrics", "--list").ok().out.strip() == ""


CASES = [
    ("kafka-transactions lists, describes and finds nothing hanging", transactions),
    ("kafka-producer-perf-test, kafka-consumer-perf-test and end to end", performance),
    ("kafka-log-dirs", log_dirs),
    ("kafka-broker-api-versions", versions),
    ("kafka-features", features),
    ("kafka-metadata-quorum", quorum),
    ("kafka-leader-election", elections),
    ("kafka-reassign-partitions", reassignments),
    ("kafka-cluster", cluster),
    ("kafka-acls and kafka-client-metrics", nothing_is_guarded),
]
