"""Reading a topic from real Apache Kafka: Millpond's client beside Kafka's own measurement of its consumer
(kafka-consumer-perf-test) and librdkafka's (confluent_kafka), in turn.

    target/peers/venv/bin/python benches/peers/reading.py READER [--records 10000000] [--bytes 100] [--partitions 6] [--rounds 5]

`tests/peers/run confluent` makes that environment; READER is the binary that `cargo bench --no-run --bench reading` names. Each reads the whole topic as the only member of a
group of its own and counts; the time is that from the first record on, so that joining the group does not count. The first
round warms and is not counted; the order turns from round to round. Prints ratios first: Millpond by the faster one.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "peers"))
import bed  # noqa: E402
from cluster import Cluster  # noqa: E402

TOPIC = "ten-million"
TUNED = ("-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20")


def fill(cluster, options):
    cluster.tool("kafka-topics", "--create", "--topic", TOPIC, "--partitions", options.partitions, "--replication-factor", 1)
    cluster.tool("kafka-producer-perf-test", "--topic", TOPIC, "--num-records", options.records, "--record-size", options.bytes,
                 "--throughput", -1, "--producer-props", "batch.size=65536", "linger.ms=5", "acks=1")


def millpond(cluster, options):
    said = subprocess.run([options.reader, cluster.bootstrap, TOPIC], capture_output=True, text=True, check=True, timeout=900)
    told = json.loads(said.stdout.strip().splitlines()[-1])
    return told["records"], told["seconds_without_joining"]


def java(cluster, options):
    # As its own start script runs it: G1 and the compiler's both stages, not the quick start of `bed.java`.
    command = ["java", "-Xmx512m", "-server", *TUNED, "-Dorg.slf4j.simpleLogger.defaultLogLevel=off", "-cp", bed.classpath(),
               "org.apache.kafka.tools.ConsumerPerformance", "--bootstrap-server", cluster.bootstrap, "--topic", TOPIC,
               "--num-records", str(options.records), "--group", str(uuid.uuid4()), "--timeout", "60000"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=900).stdout
    lines = [line for line in said.splitlines() if "," in line]
    names, values = ([cell.strip() for cell in line.split(",")] for line in lines[-2:])
    told = dict(zip(names, values))
    records = next(told[name] for name in names if re.match(r"data.consumed.in.nMsg", name))
    return int(records), int(told["fetch.time.ms"]) / 1000


def librdkafka(cluster, options):
    from confluent_kafka import Consumer
    consumer = Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": str(uuid.uuid4()), "auto.offset.reset": "earliest",
                         "enable.auto.commit": False})
    consumer.subscribe([TOPIC])
    count, first = 0, None
    while count < options.records:
        came = consumer.consume(10_000, 60)
        assert came, f"{count} of {options.records} records came"
        first = first or time.monotonic()
        count += len(came)
    took = time.monotonic() - first
    consumer.close()
    return count, took


READERS = {"millpond": millpond, "kafka-consumer-perf-test": java, "librdkafka (Python)": librdkafka}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reader")
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--bytes", type=int, default=100)
    parser.add_argument("--partitions", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rates = {name: [] for name in READERS}
    with tempfile.TemporaryDirectory(prefix="reading-") as folder:
        cluster = Cluster.up(folder, nodes=1, heap="1g")
        try:
            fill(cluster, options)
            order = list(READERS)
            for at in range(options.rounds + 1):
                for name in order:
                    records, seconds = READERS[name](cluster, options)
                    assert records >= options.records, (name, records)
                    print(f"{'warming' if at == 0 else f'round {at}'}: {name}: {records / seconds:,.0f} a second", flush=True)
                    if at:
                        rates[name].append(records / seconds)
                order.append(order.pop(0))
        finally:
            cluster.stop()
    medians = {name: statistics.median(found) for name, found in rates.items()}
    fastest = max(median for name, median in medians.items() if name != "millpond")
    each = [ours / max(others) for ours, *others in zip(*rates.values())]
    print(f"\nratio of the medians {medians['millpond'] / fastest:.2f}; "
          f"of the rounds {statistics.median(each):.2f} ({min(each):.2f} to {max(each):.2f})")
    for name, found in rates.items():
        print(f"{name}: {medians[name]:,.0f} records a second ({min(found):,.0f} to {max(found):,.0f})")


if __name__ == "__main__":
    main()
