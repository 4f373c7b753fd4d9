"""A real Apache Kafka broker (KRaft, one node, loopback) from Maven packages, with the manners of `millpond serve`:

    kafka.py --data DIR [--listen 127.0.0.1:PORT] [--protocol PLAINTEXT] [--scram USER=PASSWORD]...
             [--set KEY=VALUE]... [--heap 512m]

prints `listening on HOST:PORT` when it answers, and ends on SIGINT or SIGTERM.
"""
import argparse
import os
import signal
import subprocess
import sys

import bed

# What one node needs, and the settings in which Millpond's own defaults differ, so that both behave alike in the tests.
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
    "num.partitions": "4",
    "log.initial.task.delay.ms": "0",
    "file.delete.delay.ms": "1000",
}
CLUSTER = "bWlsbHBvbmQtcGVlcnMtMQ"


def write_properties(folder, protocol, listen, controller, extra):
    settings = dict(SETTINGS)
    settings["listeners"] = f"{protocol}://{listen},CONTROLLER://127.0.0.1:{controller}"
    settings["advertised.listeners"] = f"{protocol}://{listen}"
    settings["inter.broker.listener.name"] = protocol
    settings["controller.quorum.voters"] = f"1@127.0.0.1:{controller}"
    settings["log.dirs"] = os.path.join(folder, "logs")
    settings.update(pair.split("=", 1) for pair in extra)
    path = os.path.join(folder, "server.properties")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"{key}={value}\n" for key, value in settings.items())
    return path


def answers(process, listen):
    """Whether the broker accepts connections: it opens its port after everything else is ready."""
    import socket

    host, port = listen.rsplit(":", 1)
    if process.poll() is not None:
        raise SystemExit(f"Apache Kafka ended with {process.returncode} before it was ready")
    try:
        socket.create_connection((host, int(port)), 1).close()
        return True
    except OSError:
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--listen")
    parser.add_argument("--protocol", default="PLAINTEXT", choices=["PLAINTEXT", "SASL_SSL"])
    parser.add_argument("--scram", action="append", default=[], help="a user who can log in by SCRAM")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--heap", default="512m")
    parser.add_argument("--tuned", action="store_true", help="the virtual machine's own defaults, for measurements")
    options = parser.parse_args()
    listen = options.listen or f"127.0.0.1:{bed.free_port()}"
    os.makedirs(options.data, exist_ok=True)
    properties = write_properties(options.data, options.protocol, listen, bed.free_port(), options.set)
    format_storage = ["kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", properties, "--ignore-formatted"]
    for user, password in (pair.split("=", 1) for pair in options.scram):
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
            format_storage += ["--add-scram", f"{mechanism}=[name={user},password={password}]"]
    subprocess.run(bed.java(*format_storage), check=True, stdout=subprocess.DEVNULL)
    if options.tuned:
        # As bin/kafka-server-start.sh runs it, except for the size of the heap.
        flags = [f"-Xmx{options.heap}", f"-Xms{options.heap}", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20",
                 "-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent"]
        command = ["java", *flags, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", bed.classpath()]
        command += ["kafka.Kafka", properties]
    else:
        command = bed.java("kafka.Kafka", properties, heap=options.heap, log="warn")
    process = subprocess.Popen(bed.bound(command), stdout=sys.stderr)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: process.terminate())
    bed.until(lambda: answers(process, listen), "Apache Kafka to open its port", 300)
    print(f"listening on {listen}", flush=True)
    # 143 is a Java program that a SIGTERM ended.
    code = process.wait()
    sys.exit(0 if code == 143 else code)


if __name__ == "__main__":
    main()
