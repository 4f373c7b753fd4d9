"""Millpond's commands for who runs a cluster, on three nodes of Apache Kafka: every change is made by Millpond and looked
at by Kafka's own tools, with ACLs and users, and with a node killed.

    operate.py [PART OF A CASE'S TITLE...]
"""
import json
import subprocess
import sys
import tempfile

import bed
import nodes
from cluster import Cluster

LOG4J = "org.apache.logging"


class Bed:
    """The cluster, Kafka's tools on it, and Millpond's command line as a user of it."""

    def __init__(self, cluster):
        self.cluster = cluster

    def kafka(self, tool, *arguments):
        said = self.cluster.tool(f"kafka-{tool}", *arguments)
        return "\n".join(line for line in said.splitlines() if LOG4J not in line)

    def millpond(self, *arguments, user="ann", code=0, stdin=""):
        command = [bed.millpond_binary(), "--config", self.cluster.config(user), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, input=stdin)
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def json(self, *arguments):
        return json.loads(self.millpond(*arguments, "--json"))

    def topic(self, name, partitions, replicas):
        self.kafka("topics", "--create", "--topic", name, "--partitions", partitions, "--replication-factor", replicas)
        return name

    def fill(self, topic, records=2000, size=1000):
        """Some megabytes, so that a throttled copy takes a while."""
        lines = ("x" * size + "\n") * records
        self.millpond("produce", topic, "--plain", stdin=lines)

    def described(self, topic):
        """Partition -> (leader, replicas, in sync) as `kafka-topics` tells."""
        found = {}
        for line in self.kafka("topics", "--describe", "--topic", topic).splitlines():
            parts = dict(part.split(": ", 1) for part in map(str.strip, line.split("\t")) if ": " in part)
            if "Partition" in parts:
                nodes = [sorted(map(int, parts[key].split(","))) for key in ("Replicas", "Isr")]
                found[int(parts["Partition"])] = (parts["Leader"], parts["Replicas"], nodes[0], nodes[1])
        return found


def brokers_as_kafka_tells_them(run):
    rows = run.json("brokers", "list")
    assert [row["broker"] for row in rows] == [1, 2, 3], rows
    assert [row["rack"] for row in rows] == ["rack-1", "rack-2", "rack-3"], rows
    assert {row["state"] for row in rows} == {"in service"} and {row["release"] for row in rows} == {"4.3"}, rows
    leader = next(line for line in run.kafka("metadata-quorum", "describe", "--status").splitlines() if line.startswith("LeaderId"))
    assert [row["broker"] for row in rows if row["controller"]] == [int(leader.split()[1])], (rows, leader)


def disks_as_kafka_tells_them(run):
    topic = run.topic("disks", 3, 2)
    run.fill(topic, 300)
    told = json.loads(run.kafka("log-dirs", "--describe", "--topic-list", topic).splitlines()[-1])
    sizes = {broker["broker"]: sum(part["size"] for folder in broker["logDirs"] for part in folder["partitions"])
             for broker in told["brokers"]}
    assert sum(sizes.values()) > 2 * 300 * 1000, sizes
    rows = run.json("brokers", "disks")
    assert len(rows) == 6 and all(row["error"] is None and 0 < row["free"] <= row["total"] for row in rows), rows
    for node, size in sizes.items():
        assert sum(row["used"] for row in rows if row["broker"] == node) >= size, (node, sizes, rows)


def settings_of_brokers(run):
    def of(*whom):
        return run.kafka("configs", "--describe", "--entity-type", "brokers", *whom)

    run.millpond("brokers", "set", 2, "log.cleaner.threads=2")
    assert "log.cleaner.threads=2" in of("--entity-name", "2") and "log.cleaner.threads" not in of("--entity-name", "1")
    run.millpond("brokers", "set", "all", "message.max.bytes=2000000")
    assert "message.max.bytes=2000000" in of("--entity-default")
    rows = {row["name"]: row for row in run.json("brokers", "settings", 2, "--changed")}
    assert rows["log.cleaner.threads"]["source"] == "this broker", rows["log.cleaner.threads"]
    assert rows["message.max.bytes"] == {"name": "message.max.bytes", "value": "2000000", "source": "all brokers",
                                         "read_only": False}, rows["message.max.bytes"]
    assert rows["node.id"]["source"] == "its file" and rows["node.id"]["read_only"], rows["node.id"]
    said = run.millpond("brokers", "set", 2, "node.id=7", code=1)
    assert "node.id" in said, said
    run.millpond("brokers", "set", 2, "--unset", "log.cleaner.threads")
    run.millpond("brokers", "set", "all", "--unset", "message.max.bytes")
    assert "log.cleaner.threads" not in of("--entity-name", "2") and "message.max.bytes" not in of("--entity-default")


def replicas_more_fewer_and_elsewhere(run):
    topic = run.topic("moved", 6, 1)
    run.fill(topic, 300)
    plan = run.json("partitions", "move", topic, "--replication-factor", 3, "--dry-run")
    assert (len(plan["moves"]), plan["copies"]) == (6, 12) and plan["bytes"] > 2 * 300_000, plan
    assert all(len(replicas) == 1 for _, _, replicas, _ in run.described(topic).values()), "a dry run moved something"
    run.millpond("partitions", "move", topic, "--replication-factor", 3)
    assert all(in_sync == [1, 2, 3] for *_, in_sync in run.described(topic).values()), run.described(topic)
    run.millpond("partitions", "move", topic, "--replication-factor", 2, "--brokers", "1,3", "--spread")
    described = run.described(topic)
    assert all(replicas == [1, 3] == in_sync for _, _, replicas, in_sync in described.values()), described
    preferred = [order.split(",")[0] for _, order, _, _ in described.values()]
    assert preferred.count("1") == preferred.count("3") == 3, described
    rows = run.json("partitions", "list", topic)
    told = {row["partition"]: (str(row["leader"]), row["replicas"]) for row in rows}
    assert told == {number: (leader, order) for number, (leader, order, _, _) in described.items()}, (told, described)
    said = run.millpond("partitions", "move", topic, "--replication-factor", 4, code=1)
    assert "4 replicas need as many brokers" in said, said


def throttled_and_taken_back(run):
    topic = run.topic("slow", 1, 1)
    run.fill(topic, 6000)
    (_, before, _, _), = run.described(topic).values()
    other = next(node for node in (1, 2, 3) if str(node) != before)
    command = [bed.millpond_binary(), "--config", run.cluster.config(), "partitions", "move", topic, "--brokers", str(other),
               "--throttle", "20000"]
    mover = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        bed.until(lambda: run.json("partitions", "list", topic)[0]["adding"], "the move", 120, pause=0.3)
        listed = run.kafka("reassign-partitions", "--list")
        assert f"{topic}-0: replicas: {other},{before}" in listed and "adding" in listed, listed
        throttle = run.kafka("configs", "--describe", "--entity-type", "topics", "--entity-name", topic)
        assert f"follower.replication.throttled.replicas=0:{other}" in throttle, throttle
        rate = run.kafka("configs", "--describe", "--entity-type", "brokers", "--entity-name", other)
        assert "follower.replication.throttled.rate=20000" in rate, rate
        assert "Took 1 move back" in run.millpond("partitions", "cancel", topic)
        assert mover.wait(240) == 0, mover.stdout.read()
    finally:
        mover.kill()
        mover.stdout.close()
    (_, after, _, in_sync), = run.described(topic).values()
    assert after == before and in_sync == [int(before)], (before, after)
    for whom in (("topics", topic), ("brokers", other), ("brokers", before)):
        left = run.kafka("configs", "--describe", "--entity-type", whom[0], "--entity-name", whom[1])
        assert "throttled" not in left, left


def rules(run):
    def listed():
        return run.kafka("acls", "--list")

    run.topic("guarded", 1, 3)
    said = run.millpond("topics", "describe", "guarded", user="bob", code=1)
    assert "AUTHORIZATION" in said or "no such topic" in said.lower(), said
    run.millpond("acls", "producer", "--principal", "User:bob", "--topic", "guarded", "--transactional-id", "tx")
    run.millpond("acls", "consumer", "--principal", "User:eve", "--topic", "guar", "--group", "readers", "--prefixed")
    told = listed()
    for wanted in ("principal=User:bob, host=*, operation=WRITE, permissionType=ALLOW",
                   "ResourcePattern(resourceType=TRANSACTIONAL_ID, name=tx, patternType=LITERAL)",
                   "ResourcePattern(resourceType=TOPIC, name=guar, patternType=PREFIXED)",
                   "ResourcePattern(resourceType=GROUP, name=readers, patternType=PREFIXED)"):
        assert wanted in told, (wanted, told)
    run.millpond("produce", "guarded", "--plain", user="bob", stdin="one\ntwo\n")
    read = run.millpond("consume", "guarded", "--group", "readers-1", "--max", "2", user="eve")
    assert '"one"' in read and '"two"' in read, read
    rows = run.json("acls", "list", "--principal", "User:bob")
    assert len(rows) == 5 and {row["resource"] for row in rows} == {"TOPIC", "TRANSACTIONAL_ID"}, rows
    rule = ("--principal", "User:bob", "--resource", "topic", "--name", "guarded", "--operation", "write")
    run.millpond("acls", "add", *rule, "--deny")
    assert "operation=WRITE, permissionType=DENY" in listed()
    run.millpond("produce", "guarded", "--plain", user="bob", stdin="three\n", code=1)
    run.millpond("acls", "delete", *rule, "--deny")
    assert "permissionType=DENY" not in listed()
    assert "no such rule" in run.millpond("acls", "delete", *rule, "--deny", code=1)


def quotas(run):
    def of(*whom):
        return run.kafka("configs", "--describe", *whom)

    run.millpond("quotas", "set", "--user", "bob", "producer_byte_rate=1048576")
    run.millpond("quotas", "set", "--user", "bob", "--client-id", "app", "consumer_byte_rate=2048")
    run.millpond("quotas", "set", "--user", "<default>", "request_percentage=50")
    run.millpond("quotas", "set", "--ip", "127.0.0.9", "connection_creation_rate=10")
    assert "producer_byte_rate=1048576" in of("--entity-type", "users", "--entity-name", "bob")
    assert "consumer_byte_rate=2048" in of("--entity-type", "users", "--entity-name", "bob", "--entity-type", "clients",
                                           "--entity-name", "app")
    assert "request_percentage=50" in of("--entity-type", "users", "--entity-default")
    assert "connection_creation_rate=10" in of("--entity-type", "ips", "--entity-name", "127.0.0.9")
    rows = {(row["for"], row["quota"]): row["value"] for row in run.json("quotas", "list")}
    assert rows == {("user bob", "producer_byte_rate"): 1048576.0, ("user bob, client-id app", "consumer_byte_rate"): 2048.0,
                    ("user <default>", "request_percentage"): 50.0,
                    ("ip 127.0.0.9", "connection_creation_rate"): 10.0}, rows
    run.millpond("quotas", "set", "--user", "bob", "--unset", "producer_byte_rate")
    assert "producer_byte_rate" not in of("--entity-type", "users", "--entity-name", "bob")


def users(run):
    run.millpond("users", "add", "tom", stdin="first\n")
    said = run.kafka("configs", "--describe", "--entity-type", "users", "--entity-name", "tom")
    assert "SCRAM-SHA-256" in said and "SCRAM-SHA-512" in said, said
    run.millpond("users", "remove", "tom")
    assert "iterations" not in run.kafka("configs", "--describe", "--entity-type", "users", "--entity-name", "tom")


def a_node_killed_and_back(run):
    """Its partitions are told as they are, and come back to it by an election."""
    topic = run.topic("survivors", 3, 3)

    def missed():
        bed.until(lambda: run.json("brokers", "list")[2]["state"] == "fenced", "broker 3 to be missed", 120, pause=0.5)
        rows = run.json("brokers", "list")
        assert rows[2]["leads"] == 0 and rows[2]["behind"] >= 3 and rows[2]["release"] is None, rows
        assert all("3" not in row["in_sync"].split(",") and row["leader"] in (1, 2)
                   for row in run.json("partitions", "list", topic))

    nodes.killed_and_back(run.cluster, 3, missed)
    run.cluster.in_sync()
    led_by_others = [row for row in run.json("partitions", "list", topic) if not row["preferred"]]
    assert led_by_others, "the leader that came back already leads"
    run.millpond("partitions", "elect", topic)
    described = run.described(topic)
    assert all(leader == order.split(",")[0] for leader, order, _, _ in described.values()), described
    run.millpond("partitions", "elect")
    assert "Elected 0 leaders" in run.millpond("partitions", "elect", topic)


def suite(report, run):
    report.case("brokers as Kafka's tools tell them", brokers_as_kafka_tells_them, run)
    report.case("disks as kafka-log-dirs tells them", disks_as_kafka_tells_them, run)
    report.case("settings of brokers, looked at by kafka-configs", settings_of_brokers, run)
    report.case("replicas: more, fewer, elsewhere", replicas_more_fewer_and_elsewhere, run)
    report.case("a throttled move, seen by kafka-reassign-partitions, taken back", throttled_and_taken_back, run)
    report.case("rules, looked at by kafka-acls", rules, run)
    report.case("quotas, looked at by kafka-configs", quotas, run)
    report.case("users, looked at by kafka-configs", users, run)
    report.case("a node killed and back, leaders elected", a_node_killed_and_back, run)
    report.case("a node is killed and comes back while records are produced, over TLS as a user", nodes.producing, run.cluster)
    report.case("the coordinator is killed and comes back while a group reads, over TLS as a user", nodes.in_a_group, run.cluster)


def main():
    arguments = sys.argv[1:]
    if arguments[:1] == ["--broker"]:
        arguments = arguments[2:]
    report = bed.Suite("operate", arguments)
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        cluster = Cluster.up(folder, secured=True)
        try:
            suite(report, Bed(cluster))
        finally:
            cluster.stop()
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
