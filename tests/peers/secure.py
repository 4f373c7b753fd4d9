"""A listener with TLS and SASL, and unmodified clients that log in: librdkafka, Apache Kafka's tools, Millpond's own.

    secure.py [--broker millpond|kafka] [PART OF A CASE'S TITLE...]
"""
import functools
import json
import socket
import sys
import tempfile

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

import bed
import confluent_common as common
from secure_bed import MECHANISMS, PASSWORDS, Access, own_certificate, written
from tools_driver import Tools


def made(settings, topic, partitions):
    """A new topic. The client has to outlive what it was asked."""
    admin = AdminClient(settings)
    admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(20)


def confluent_in_and_out(access, mechanism):
    """A topic is made, written and read in a group."""
    topic, values = common.name("secure"), [b"one", b"two", b"three"]
    settings = functools.partial(access.settings, mechanism=mechanism)
    made(access.settings(mechanism=mechanism), topic, 2)
    common.send(Producer(settings("bob")), topic, values)
    reader = Consumer(settings("eve", group_id=common.name("group"), auto_offset_reset="earliest"))
    reader.subscribe([topic])
    read = []
    bed.until(lambda: len(read) == 3 or read.extend(m.value() for m in reader.consume(3, 0.2) if not m.error()), "3 records")
    reader.close()
    assert sorted(read) == sorted(values), read


def refused(settings):
    """What librdkafka says when it is not let in."""
    said = []
    client = AdminClient({**settings, "error_cb": said.append})
    bed.until(lambda: [client.poll(0.1), *said][1:], "a word of librdkafka", 10)
    codes = [fault.code() for fault in said]
    try:
        client.list_topics(timeout=0.5)
    except KafkaException:
        return codes, " ".join(fault.str() for fault in said)
    raise AssertionError("it was let in")


def confluent_kept_out(access):
    for mechanism in MECHANISMS:
        for user, password in (("ann", "wrong"), ("nobody", "wrong")):
            codes, said = refused(access.settings(user, mechanism, password))
            assert KafkaError._AUTHENTICATION in codes, (mechanism, codes, said)
            assert "certificate" not in said and password not in said, said
    codes, said = refused(access.settings(mechanism="OAUTHBEARER", **{"sasl_oauthbearer_config": "principal=ann",
                          "enable_sasl_oauthbearer_unsecure_jwt": True}))
    assert "OAUTHBEARER" in said or KafkaError._AUTHENTICATION in codes, (codes, said)
    # Who does not trust the certificate, and who speaks no TLS.
    stranger = access.settings()
    del stranger["ssl.ca.location"]
    codes, said = refused(stranger)
    # librdkafka calls it a fault of SSL or of the transport, by where in the handshake it notices; the words tell.
    assert KafkaError._SSL in codes or "certificate verify failed" in said, (codes, said)
    codes, said = refused({"bootstrap.servers": access.address, "log_level": 0})
    assert codes, said


def no_request_without_a_login(access):
    """A Metadata request over TLS from who has not logged in ends the connection."""
    import ssl

    context = ssl.create_default_context(cafile=access.certificate)
    host, port = access.address.rsplit(":", 1)
    with context.wrap_socket(socket.create_connection((host, int(port)), 10), server_hostname=host) as stream:
        # Metadata, version 1, correlation id 7, no client id, all topics.
        body = bytes.fromhex("0003000100000007ffffffffffff")
        stream.sendall(len(body).to_bytes(4, "big") + body)
        assert stream.recv(1) == b"", "it was answered"


def tools_at_work(access, tools, mechanism):
    login = ["--command-config", access.properties(mechanism=mechanism)]
    topic = common.name("tools")
    tools("kafka-topics", *login, "--create", "--topic", topic, "--partitions", 2).ok()
    bed.until(lambda: tools("kafka-topics", *login, "--describe", "--topic", topic).code == 0, f"the topic {topic}")
    tools("kafka-console-producer", *login, "--topic", topic, stdin="a\nb\nc\n").ok()
    read = tools("kafka-console-consumer", *login, "--topic", topic, "--from-beginning", "--max-messages", 3,
                 "--timeout-ms", 10000, "--group", f"{topic}-group").ok().lines()
    assert sorted(read) == ["a", "b", "c"], read
    found = tools("kafka-consumer-groups", *login, "--describe", "--group", f"{topic}-group").ok().table()
    assert sum(int(row["CURRENT-OFFSET"]) for row in found if row["CURRENT-OFFSET"].isdigit()) == 3, found


def tools_kept_out(access, tools):
    login = ["--command-config", access.properties(password="wrong")]
    tools("kafka-topics", *login, "--list").says("(?i)authentication")


def tools_make_a_user(access, tools):
    """kafka-configs changes the users of a broker; who was made can log in, and who was removed no longer."""
    login = ["--command-config", access.properties()]
    user = ["--entity-type", "users", "--entity-name", "tina"]
    tools("kafka-configs", *login, "--alter", *user, "--add-config", "SCRAM-SHA-512=[iterations=8192,password=first]").ok()
    tools("kafka-configs", *login, "--describe", *user).ok().says("SCRAM-SHA-512=iterations=8192")
    settings = access.settings("tina", password="first")
    AdminClient(settings).list_topics(timeout=10)
    tools("kafka-configs", *login, "--alter", *user, "--delete-config", "SCRAM-SHA-512").ok()
    codes, said = refused(settings)
    assert KafkaError._AUTHENTICATION in codes, (codes, said)


def own_commands(access, mechanism):
    config = access.properties(mechanism=mechanism)
    topic = common.name("own")
    access.millpond("topics", "create", topic, "--partitions", 1, config=config)
    access.millpond("produce", topic, "--plain", config=config, stdin="a\nb\n")
    read = access.millpond("consume", topic, "--max", 2, "--group", f"{topic}-group", config=config)
    assert [json.loads(line)["value"] for line in read.splitlines()] == ["a", "b"], read


def own_commands_kept_out(access):
    """Each failure says what to change, and no secret."""
    def says(config, *words):
        said = access.millpond("topics", "list", config=config, code=1)
        assert len(said.splitlines()) == 1 and all(word in said for word in words), (words, said)
        assert "wrong" not in said.replace("is wrong", "") and PASSWORDS["ann"] not in said, said

    def changed(old, new):
        with open(access.properties(), encoding="utf-8") as file:
            text = file.read()
        assert old in text, (old, text)
        return written(access.folder, "client.properties", text.replace(old, new))

    for mechanism in MECHANISMS:
        says(access.properties(mechanism=mechanism, password="wrong"), "did not let the user \"ann\" in", "sasl.password")
    says(changed("SCRAM-SHA-512", "GSSAPI"), "GSSAPI", "SCRAM-SHA-512")
    says(changed("sasl.mechanism=SCRAM-SHA-512", "sasl.mechanism=PLAIN"), "PlainLoginModule")
    says(changed("SASL_SSL", "PLAINTEXT"), "has no effect with security.protocol=PLAINTEXT")
    plain = written(access.folder, "client.properties", f"bootstrap.servers={access.address}\n")
    says(plain, "TLS")
    _, stranger = own_certificate(access.folder, "stranger")
    says(changed(access.certificate, stranger), "not signed by an authority that is trusted here", "ssl.ca.location")


def roles_count(access):
    """eve may read and bob write; what they may not is refused by Kafka's code, and nothing else is."""
    topic = common.name("roles")
    made(access.settings(), topic, 1)
    common.send(Producer(access.settings("bob")), topic, [b"x"])
    for user, settings, code in (
        ("eve", {}, KafkaError.TOPIC_AUTHORIZATION_FAILED),
        ("eve", {"enable_idempotence": True}, KafkaError.TOPIC_AUTHORIZATION_FAILED),
    ):
        try:
            common.send(Producer(access.settings(user, **settings)), topic, [b"no"])
        except KafkaException as fault:
            found = fault.args[0].code()
            assert found in (code, KafkaError.CLUSTER_AUTHORIZATION_FAILED), (user, fault)
        else:
            raise AssertionError(f"{user} could produce")
    for user in ("bob", "eve"):
        try:
            made(access.settings(user), common.name("no"), 1)
        except KafkaException as fault:
            found = fault.args[0].code()
            assert found in (KafkaError.CLUSTER_AUTHORIZATION_FAILED, KafkaError.TOPIC_AUTHORIZATION_FAILED), (user, fault)
        else:
            raise AssertionError(f"{user} could create a topic")


def suite(report, access):
    tools = Tools(access.address)
    for mechanism in MECHANISMS:
        report.case(f"confluent-kafka works by {mechanism}", confluent_in_and_out, access, mechanism)
    report.case("confluent-kafka is kept out", confluent_kept_out, access)
    report.case("nothing is answered before the login", no_request_without_a_login, access)
    for mechanism in MECHANISMS:
        report.case(f"Kafka's tools work by {mechanism}", tools_at_work, access, tools, mechanism)
    report.case("Kafka's tools are kept out", tools_kept_out, access, tools)
    report.case("kafka-configs makes and removes a user", tools_make_a_user, access, tools)
    for mechanism in MECHANISMS:
        report.case(f"Millpond's commands work by {mechanism}", own_commands, access, mechanism)
    report.case("Millpond's commands say why they are kept out", own_commands_kept_out, access)
    # Apache Kafka has lists of permissions instead, and without an authorizer none.
    if access.kind == "millpond":
        report.case("roles count", roles_count, access)
    tools.close()


def main():
    arguments = sys.argv[1:]
    kind = "millpond"
    if arguments[:1] == ["--broker"]:
        kind, arguments = arguments[1], arguments[2:]
    report = bed.Suite("secure", arguments)
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        access = Access(kind, folder)
        try:
            suite(report, access)
            alive = access.broker.process.poll() is None
        finally:
            tail = access.broker.tail()
            code = access.broker.stop()
        if report.failed and tail:
            print(f"the end of the log of {kind}:\n{tail}")
        if not alive or (kind == "millpond" and code != 0):
            raise SystemExit(f"{kind} ended with {code}, {'on its signal' if alive else 'by itself'}")
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
