"""How soon a partition answers after kill -9, by how much its write-ahead log holds:

    reopen.py BINARY          # of the release profile; needs Python 3 and the class path of `tests/peers/run tools`

Each line: what is left in the write-ahead log, how long the broker takes to listen, and then the partition to tell its end (which
reads the whole of the log) and to acknowledge the first record. Fails where an acknowledged record is missing.
"""
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "peers"))
import batch  # noqa: E402
import wire  # noqa: E402

SIZES_MIB = (0, 100, 250, 480)
BATCH_BYTES = 900_000
BATCHES_MAX = 900
STAMP = 1_700_000_000_000


def start(binary, folder):
    began = time.monotonic()
    process = subprocess.Popen([binary, "serve", "--data", folder, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    address = re.search(r"listening on (\S+)", process.stdout.readline()).group(1)
    return process, address, time.monotonic() - began


def produce(connection, records):
    data = [{"Name": "t", "PartitionData": [{"Index": 0, "Records": records}]}]
    answer = connection.call("Produce", 9, {"Acks": 1, "TimeoutMs": 10000, "TopicData": data})
    assert answer["Responses"][0]["PartitionResponses"][0]["ErrorCode"] == 0, answer


def measure(binary, definitions, mib):
    with tempfile.TemporaryDirectory(prefix="reopen-") as folder:
        process, address, _ = start(binary, folder)
        connection = wire.Connection(definitions, address)
        topic = {"Name": "t", "NumPartitions": 1, "ReplicationFactor": 1}
        connection.call("CreateTopics", 7, {"Topics": [topic], "timeoutMs": 10000})
        records, sent, left = batch.batch([(b"k", os.urandom(BATCH_BYTES))], STAMP), 0, 0
        while sent == 0 or (left < mib << 20 and sent < BATCHES_MAX):
            produce(connection, records)
            sent += 1
            left = sum(os.path.getsize(path) for path in glob.glob(f"{folder}/topics/*/*.sqlite-wal"))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process, address, listening = start(binary, folder)
        connection, began = wire.Connection(definitions, address), time.monotonic()
        asked = [{"Name": "t", "Partitions": [{"PartitionIndex": 0, "Timestamp": -1}]}]
        end = connection.call("ListOffsets", 5, {"ReplicaId": -1, "Topics": asked})["Topics"][0]["Partitions"][0]["Offset"]
        told = time.monotonic() - began
        produce(connection, batch.batch([(b"k", b"v")], STAMP))
        acknowledged = time.monotonic() - began - told
        process.send_signal(signal.SIGTERM)
        process.wait()
        assert end == sent, f"{sent} were acknowledged, {end} are there"
        print(f"{left / 2**20:5.0f} MiB left: listens after {listening * 1000:.0f} ms, tells its end {told * 1000:.0f} ms later, "
              f"acknowledges {acknowledged * 1000:.0f} ms after that", flush=True)


def main():
    definitions = wire.Definitions()
    for mib in SIZES_MIB:
        measure(sys.argv[1], definitions, mib)


if __name__ == "__main__":
    main()
