"""Millpond as a client of the oldest broker that it speaks with: Apache Kafka 2.1, of 2018, with its ZooKeeper.

    old.py [PART OF A CASE'S TITLE...]
"""
import json
import os
import subprocess
import sys
import tempfile

import bed
from secure_bed import written

RECORDS = 500
PASSWORD = "s3cret-of-ann"
JAAS = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_ann="{PASSWORD}";'


class OldKafka:
    """ZooKeeper and one broker on loopback."""

    def __init__(self, folder):
        self.folder, self.processes = folder, []
        keeper, port, guarded = bed.free_port(), bed.free_port(), bed.free_port()
        self.address, self.guarded = f"127.0.0.1:{port}", f"127.0.0.1:{guarded}"
        quorum = {"dataDir": os.path.join(folder, "keeper"), "clientPort": keeper, "clientPortAddress": "127.0.0.1"}
        self._start("org.apache.zookeeper.server.ZooKeeperServerMain", "keeper.properties", quorum, keeper)
        one = "offsets.topic.replication.factor transaction.state.log.replication.factor transaction.state.log.min.isr"
        settings = {key: 1 for key in one.split()} | {
            "broker.id": 1, "listeners": f"PLAINTEXT://{self.address},SASL_PLAINTEXT://{self.guarded}",
            "sasl.enabled.mechanisms": "PLAIN", "listener.name.sasl_plaintext.plain.sasl.jaas.config": JAAS,
            "zookeeper.connect": f"127.0.0.1:{keeper}",
            "log.dirs": os.path.join(folder, "logs"), "offsets.topic.num.partitions": 4,
            "group.initial.rebalance.delay.ms": 0, "auto.create.topics.enable": "false",
        }
        self._start("kafka.Kafka", "server.properties", settings, port)

    def _start(self, program, name, settings, port):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f"{key}={value}\n" for key, value in settings.items())
        options = ["-Dzookeeper.jmx.log4j.disable=true", "-Dzookeeper.admin.enableServer=false"]
        command = bed.java(program, path, heap="256m", log="error", options=options, parts="kafka_old")
        with open(path + ".log", "w", encoding="utf-8") as log:
            process = subprocess.Popen(bed.bound(command), stdout=log, stderr=log)
        self.processes.append(process)
        bed.until(lambda: self._is_open(process, port, path), f"{program} to open its port", 300)

    def _is_open(self, process, port, path):
        if process.poll() is not None:
            with open(path + ".log", encoding="utf-8") as log:
                raise SystemExit(f"it ended with {process.returncode}:\n{log.read()[-4000:]}")
        with bed.socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def stop(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()


def millpond(broker, *arguments, stdin="", code=0):
    command = [bed.millpond_binary(), "--bootstrap", broker.address, *map(str, arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=240)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout if code == 0 else done.stderr


def read(broker, *arguments):
    return [json.loads(line) for line in millpond(broker, "consume", *arguments).splitlines()]


def topics(broker):
    millpond(broker, "topics", "create", "orders", "--partitions", 3, "--config", "retention.ms=86400000")
    described = json.loads(millpond(broker, "topics", "describe", "orders", "--json"))
    assert [partition["leader"] for partition in described["partitions"]] == [1, 1, 1], described
    settings = {entry["setting"]: entry["value"] for entry in described["settings"]}
    assert settings["retention.ms"] == "86400000", settings
    millpond(broker, "topics", "create", "short-lived")
    assert "short-lived" in millpond(broker, "topics", "list")
    millpond(broker, "topics", "delete", "short-lived")
    bed.until(lambda: "short-lived" not in millpond(broker, "topics", "list"), "the topic to be gone")


def records(broker):
    lines = "".join(json.dumps({"key": f"k{n}", "value": str(n), "headers": [["n", str(n)]]}) + "\n" for n in range(RECORDS))
    millpond(broker, "produce", "orders", stdin=lines)
    found = read(broker, "orders", "--from", "earliest")
    assert sorted(int(record["value"]) for record in found) == list(range(RECORDS)), len(found)
    assert all(record["headers"] == [["n", record["value"]]] for record in found)
    assert f" {RECORDS}" in millpond(broker, "topics", "list")


def groups(broker):
    assert len(read(broker, "orders", "--from", "earliest", "--group", "billing")) == RECORDS
    assert not read(broker, "orders", "--from", "earliest", "--group", "billing")
    (group,) = json.loads(millpond(broker, "groups", "list", "--json"))
    assert (group["group"], group["state"], group["lag"]) == ("billing", "Empty", 0), group
    millpond(broker, "groups", "reset", "billing", "--topic", "orders", "--to", "earliest", "--execute")
    assert len(read(broker, "orders", "--from", "earliest", "--group", "billing")) == RECORDS
    millpond(broker, "groups", "delete", "billing")
    assert "billing" not in millpond(broker, "groups", "list")


def refused(broker):
    said = millpond(broker, "consume", "orders", "--share-group", "queue", code=1)
    assert "ShareGroup" in said or "version" in said, said


def a_login(broker):
    """In the version of SaslAuthenticate that such a broker has; and the test of the connection."""
    def settings(password):
        lines = [f"bootstrap.servers={broker.guarded}", "security.protocol=SASL_PLAINTEXT", "sasl.mechanism=PLAIN",
                 "sasl.username=ann", f"sasl.password={password}"]
        return written(broker.folder, "client.properties", "\n".join(lines) + "\n")

    def run(*arguments):
        return subprocess.run([bed.millpond_binary(), *arguments], capture_output=True, text=True, timeout=60,
                              env=os.environ | {"XDG_CONFIG_HOME": broker.folder})

    done = run("--config", settings(PASSWORD), "topics", "list")
    assert done.returncode == 0 and "orders" in done.stdout, done
    done = run("--config", settings("wrong"), "topics", "list")
    assert done.returncode == 1 and "did not let the user \"ann\" in" in done.stderr, done
    done = run("connections", "add", "--file", settings(PASSWORD), "--name", "Old", "--secrets", "ask")
    assert done.returncode == 0, done
    done = run("connections", "test", "Old", "--secret-file", written(broker.folder, "password", PASSWORD))
    assert done.returncode == 0 and "ann logged in by PLAIN" in done.stdout, done


CASES = [
    ("topics are made, described, listed and deleted", topics),
    ("records are produced and read, with headers", records),
    ("a group reads, commits, is reset and deleted", groups),
    ("a user logs in", a_login),
    ("what it does not know is refused with a reason", refused),
]


def main():
    arguments = sys.argv[1:]
    if arguments[:1] == ["--broker"]:
        arguments = arguments[2:]
    report = bed.Suite("old", arguments)
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        broker = OldKafka(folder)
        try:
            for title, work in CASES:
                report.case(title, work, broker)
        finally:
            broker.stop()
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
