"""Runs Apache Kafka's command-line tools in one virtual machine (java/Tools.java), which saves a start for each."""
import base64
import itertools
import re
import subprocess
import threading

import bed

TOOLS = {
    "kafka-topics": "org.apache.kafka.tools.TopicCommand",
    "kafka-configs": "kafka.admin.ConfigCommand",
    "kafka-console-producer": "org.apache.kafka.tools.ConsoleProducer",
    "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "kafka-share-groups": "org.apache.kafka.tools.consumer.group.ShareGroupCommand",
    "kafka-console-share-consumer": "org.apache.kafka.tools.consumer.ConsoleShareConsumer",
    "kafka-groups": "org.apache.kafka.tools.GroupsCommand",
    "kafka-get-offsets": "org.apache.kafka.tools.GetOffsetShell",
    "kafka-delete-records": "org.apache.kafka.tools.DeleteRecordsCommand",
    "kafka-transactions": "org.apache.kafka.tools.TransactionsCommand",
    "kafka-producer-perf-test": "org.apache.kafka.tools.ProducerPerformance",
    "kafka-consumer-perf-test": "org.apache.kafka.tools.ConsumerPerformance",
    "kafka-e2e-latency": "org.apache.kafka.tools.EndToEndLatency",
    "kafka-log-dirs": "org.apache.kafka.tools.LogDirsCommand",
    "kafka-broker-api-versions": "org.apache.kafka.tools.BrokerApiVersionsCommand",
    "kafka-features": "org.apache.kafka.tools.FeatureCommand",
    "kafka-metadata-quorum": "org.apache.kafka.tools.MetadataQuorumCommand",
    "kafka-leader-election": "org.apache.kafka.tools.LeaderElectionCommand",
    "kafka-reassign-partitions": "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
    "kafka-cluster": "org.apache.kafka.tools.ClusterTool",
    "kafka-acls": "org.apache.kafka.tools.AclCommand",
    "kafka-client-metrics": "org.apache.kafka.tools.ClientMetricsCommand",
}

# No tool takes so long, also while nodes are away and the machine is busy.
RUN_SECONDS_MAX = 300
numbers = itertools.count(1)


def encode(text):
    return base64.b64encode(text.encode()).decode() or "-"


def decode(text):
    return "" if text == "-" else base64.b64decode(text).decode()


class Output:
    def __init__(self, tool, code, out, err):
        self.tool, self.code, self.out, self.err = tool, code, out, err

    def __repr__(self):
        return f"{self.tool} ended with {self.code}\n--- out\n{self.out}--- err\n{self.err}"

    def ok(self):
        assert self.code == 0, self
        return self

    def says(self, *patterns):
        """Each pattern is found in what was printed, on either channel."""
        for pattern in patterns:
            assert re.search(pattern, self.out + "\n" + self.err, re.MULTILINE), f"{pattern!r} is not in the output of {self}"
        return self

    def lines(self):
        return [line for line in self.out.splitlines() if line.strip()]

    def table(self):
        """A table with one head line as a list of dicts."""
        rows = [line.split() for line in self.lines()]
        head = next(i for i, row in enumerate(rows) if row and row[0].isupper() and len(row) > 1)
        return [dict(zip(rows[head], row)) for row in rows[head + 1:] if row != rows[head]]

    def table_of(self, first):
        """The row of a table divided by tabs with the cell `first`, by the names of its columns."""
        rows = [[cell.strip() for cell in line.split("\t")] for line in self.lines()]
        for row in rows[1:]:
            if first in row:
                return dict(zip(rows[0], row))
        raise AssertionError(f"no row of {first} in the output of {self}")


class Tools:
    """One virtual machine; calls from several threads wait for each other. `config` is a file of settings for each tool."""

    def __init__(self, address, config=None):
        self.address, self.lock = address, threading.Lock()
        self.config = ["--command-config", config] if config else []
        options = ("-Duser.timezone=UTC", "-Duser.language=en")
        command = bed.bound(bed.java("Tools", heap="256m", options=options))
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)

    def __call__(self, tool, *arguments, stdin="", server="--bootstrap-server"):
        where = [server, self.address, *self.config]
        # `kafka-cluster` has its options after the name of what to do.
        given = [*arguments, *where] if tool == "kafka-cluster" else [*where, *arguments]
        return self.run(TOOLS[tool], *given, stdin=stdin)

    def run(self, program, *arguments, stdin=""):
        """Any class that has a `main`. One that takes longer than `RUN_SECONDS_MAX` ends the virtual machine."""
        line = [program, stdin, *map(str, arguments)]
        with self.lock:
            limit = threading.Timer(RUN_SECONDS_MAX, self.process.kill)
            limit.start()
            try:
                self.process.stdin.write(" ".join(encode(part) for part in line) + "\n")
                self.process.stdin.flush()
                answer = self.process.stdout.readline()
            finally:
                limit.cancel()
        told = f"{program.rsplit('.', 1)[-1]} {' '.join(map(str, arguments))}"
        assert answer, f"the virtual machine of the tools ended during {told}"
        code, out, err = answer.split(" ")
        return Output(told, int(code), decode(out), decode(err.strip()))

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def topic(self, partitions=1, *config):
        name = f"tools-{next(numbers)}"
        more = [part for pair in config for part in ("--config", pair)]
        self("kafka-topics", "--create", "--topic", name, "--partitions", partitions, *more).ok()
        bed.until(lambda: self("kafka-topics", "--describe", "--topic", name).code == 0, f"the topic {name}")
        return name

    def send(self, topic, lines, *more):
        return self("kafka-console-producer", "--topic", topic, *more, stdin="".join(f"{x}\n" for x in lines)).ok()

    def read(self, topic, count, *more):
        """`count` records from the first on as lines; fails when they do not come within ten seconds."""
        arguments = ["--topic", topic, "--from-beginning", "--max-messages", count, "--timeout-ms", 10000, *more]
        found = self("kafka-console-consumer", *arguments).ok().lines()
        assert len(found) == count, (count, found)
        return found


def group(stem="readers"):
    return f"{stem}-{next(numbers)}"
