#!/usr/bin/env python3
"""A cluster of real Apache Kafka nodes on loopback (KRaft, each broker and controller), from Maven packages:

    cluster.py up --dir DIR [--nodes 3] [--secured] [--topics N] [--set KEY=VALUE]... [--heap 256m]
    cluster.py kill --dir DIR NODE        kill -9
    cluster.py restart --dir DIR NODE     kills it if it runs, starts it again at the same address

`up` prints `bootstrap HOST:PORT,...` and `config FILE` (for Kafka's tools and for Millpond) when every node answers, and
stays until SIGINT or SIGTERM. Secured means TLS, SCRAM or PLAIN, and ACLs: the user ann may everything, bob and eve
nothing until somebody lets them. The passwords are those of `secure_bed.py`.
"""
import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time

import bed
import secure_bed
from kafka import CLUSTER, SETTINGS

# What a client sees of a dead node within a few seconds, though the machine may be busy.
SESSION_TIMEOUT_MS = 6000
READY_SECONDS = 120


class Cluster:
    """Nodes 1 to `nodes`, with their data, logs and process ids under `folder`: another process can find them there."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        with open(os.path.join(self.folder, "cluster.json"), encoding="utf-8") as file:
            about = json.load(file)
        self.addresses, self.secured, self.heap = about["addresses"], about["secured"], about["heap"]
        self.certificate = about["certificate"]
        self.children = {}

    @classmethod
    def up(cls, folder, nodes=3, secured=False, extra=(), heap="256m"):
        """Formats and starts all nodes; returns when each answers."""
        os.makedirs(folder, exist_ok=True)
        ports = [bed.free_port() for _ in range(2 * nodes)]
        addresses = [f"127.0.0.1:{port}" for port in ports[:nodes]]
        certificate, guard = secure_bed.guarded(folder) if secured else (None, {})
        about = {"addresses": addresses, "secured": secured, "heap": heap, "certificate": certificate}
        with open(os.path.join(folder, "cluster.json"), "w", encoding="utf-8") as file:
            json.dump(about, file)
        cluster = cls(folder)
        bed.classpath()
        formats = []
        for node in cluster.nodes():
            path = cluster._write_properties(node, ports[nodes:], guard, extra)
            formats.append(subprocess.Popen(cluster._format(path), stdout=subprocess.DEVNULL))
        if any([one.wait() for one in formats]):
            raise SystemExit("a node could not be formatted")
        try:
            for node in cluster.nodes():
                cluster._spawn(node)
            for node in cluster.nodes():
                cluster._wait(node)
        except BaseException:
            cluster.stop()
            raise
        return cluster

    def nodes(self):
        return range(1, len(self.addresses) + 1)

    @property
    def bootstrap(self):
        return ",".join(self.addresses)

    def config(self, user="ann"):
        """A properties file for Kafka's tools and for Millpond's `--config`."""
        if self.secured:
            return secure_bed.client_properties(self.folder, self.bootstrap, self.certificate, user)
        return secure_bed.written(self.folder, "client.properties", f"bootstrap.servers={self.bootstrap}\n")

    def kill(self, node):
        """kill -9: its clients see the connection end, its peers miss it after `SESSION_TIMEOUT_MS`."""
        self._signal(node, signal.SIGKILL)

    def restart(self, node):
        """Starts a node again, at the same address, and waits until it answers."""
        self.kill(node)
        self._spawn(node)
        self._wait(node)

    def stop(self):
        """Ends all nodes. At once: nobody needs what they hold after that."""
        for node in self.nodes():
            self._signal(node, signal.SIGKILL)

    def tool(self, name, *arguments, seconds=120, heap="192m"):
        """Runs a class of Kafka's, such as `org.apache.kafka.tools.TopicCommand`; gives what it printed."""
        command = bed.java(name, *map(str, arguments), heap=heap)
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
        assert done.returncode == 0, (name, arguments, done.stdout, done.stderr)
        return done.stdout

    def many_topics(self, count, partitions=1, replicas=1):
        """Creates topic-00000 and on."""
        self.tool("ManyTopics", self.config(), count, partitions, replicas, seconds=600)

    def in_sync(self, seconds=60):
        """Waits until no partition misses a replica, as after a node came back."""
        arguments = ["--bootstrap-server", self.bootstrap, "--describe", "--under-replicated-partitions"]
        if self.secured:
            arguments += ["--command-config", self.config()]
        bed.until(lambda: not self.tool("org.apache.kafka.tools.TopicCommand", *arguments).strip(),
                  "all replicas to be in sync", seconds, pause=0.5)

    def log(self, node, lines=40):
        with open(os.path.join(self._home(node), "log"), encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])

    def _home(self, node):
        return os.path.join(self.folder, f"node-{node}")

    def _write_properties(self, node, controllers, guard, extra):
        home, count = self._home(node), len(self.addresses)
        os.makedirs(home, exist_ok=True)
        protocol = "SASL_SSL" if self.secured else "PLAINTEXT"
        copies, needed = str(min(3, count)), "2" if count >= 3 else "1"
        listen = f"{protocol}://{self.addresses[node - 1]}"
        settings = dict(SETTINGS) | {
            "node.id": str(node),
            "broker.rack": f"rack-{node}",
            "listeners": f"{listen},CONTROLLER://127.0.0.1:{controllers[node - 1]}",
            "advertised.listeners": listen,
            "inter.broker.listener.name": protocol,
            "controller.quorum.voters": ",".join(f"{at}@127.0.0.1:{port}" for at, port in enumerate(controllers, 1)),
            "log.dirs": ",".join(os.path.join(home, disk) for disk in ("disk-a", "disk-b")),
            "metadata.log.dir": os.path.join(home, "disk-a"),
            "default.replication.factor": copies,
            "min.insync.replicas": needed,
            "broker.session.timeout.ms": str(SESSION_TIMEOUT_MS),
            "broker.heartbeat.interval.ms": "1000",
            "auto.create.topics.enable": "false",
        }
        for topic in ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic"):
            settings[f"{topic}.replication.factor"] = copies
        for topic in ("transaction.state.log", "share.coordinator.state.topic"):
            settings[f"{topic}.min.isr"] = needed
        if self.secured:
            settings |= guard | {
                "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                # The controllers talk among themselves without a name.
                "super.users": "User:ann;User:ANONYMOUS",
            }
        settings.update(pair.split("=", 1) for pair in extra)
        path = os.path.join(home, "server.properties")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f"{key}={escaped(value)}\n" for key, value in settings.items())
        return path

    def _format(self, properties):
        command = ["kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", properties, "--ignore-formatted"]
        for user, password in secure_bed.PASSWORDS.items() if self.secured else ():
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
                command += ["--add-scram", f"{mechanism}=[name={user},password={secure_bed.quoted(password)}]"]
        return bed.java(*command, heap="128m")

    def _spawn(self, node):
        home = self._home(node)
        command = bed.java("kafka.Kafka", os.path.join(home, "server.properties"), heap=self.heap, log="warn")
        with open(os.path.join(home, "log"), "a", encoding="utf-8") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        self.children[node] = process
        with open(os.path.join(home, "pid"), "w", encoding="utf-8") as file:
            file.write(str(process.pid))

    def _wait(self, node):
        host, port = self.addresses[node - 1].rsplit(":", 1)

        def answers():
            if not self._alive(node):
                raise SystemExit(f"node {node} ended before it was ready:\n{self.log(node)}")
            with contextlib.suppress(OSError):
                socket.create_connection((host, int(port)), 1).close()
                return True

        bed.until(answers, f"node {node} to open its port", READY_SECONDS)

    def _pid(self, node):
        try:
            with open(os.path.join(self._home(node), "pid"), encoding="utf-8") as file:
                return int(file.read())
        except FileNotFoundError:
            return None

    def _alive(self, node):
        """Whether the process of that id is still ours: ids are used again."""
        if node in self.children and self.children[node].pid == self._pid(node):
            return self.children[node].poll() is None
        pid = self._pid(node)
        try:
            with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
                return self._home(node) in file.read()
        except OSError:
            return False

    def _signal(self, node, number):
        if self._alive(node):
            os.kill(self._pid(node), number)
        end = time.monotonic() + 30
        while self._alive(node):
            assert time.monotonic() < end, f"node {node} does not end"
            time.sleep(0.02)


def escaped(value):
    """For a properties file, where a backslash is one only when it is doubled."""
    return value.replace("\\", "\\\\")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["up", "kill", "restart"])
    parser.add_argument("node", type=int, nargs="?")
    parser.add_argument("--dir", required=True)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--secured", action="store_true")
    parser.add_argument("--topics", type=int, default=0)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--heap", default="256m")
    options = parser.parse_intermixed_args()
    if options.command != "up":
        if options.node is None:
            parser.error("which node?")
        cluster = Cluster(options.dir)
        {"kill": cluster.kill, "restart": cluster.restart}[options.command](options.node)
        return
    # A signal ends it as Ctrl+C does, also while it starts.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    cluster = Cluster.up(options.dir, options.nodes, options.secured, options.set, options.heap)
    try:
        if options.topics:
            cluster.many_topics(options.topics)
        print(f"bootstrap {cluster.bootstrap}\nconfig {cluster.config()}", flush=True)
        while True:
            signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
