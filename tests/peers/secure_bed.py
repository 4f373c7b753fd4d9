"""Brokers that speak SASL_SSL alone, and what their clients need to get in."""
import os
import subprocess
import sys
import tempfile

import bed

# With what a properties file could take for its own.
PASSWORDS = {"ann": "s3cret = of ann's", "bob": "b0b's password", "eve": "3avesdropper"}
ROLES = {"ann": "admin", "bob": "write", "eve": "read"}
MECHANISMS = ("SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN")
KEYSTORE = "a keystore's password"


class Access:
    """A running broker, the certificate that its clients trust, and a folder for their files."""

    def __init__(self, kind, folder):
        self.kind, self.folder = kind, folder
        self.broker, self.certificate = {"millpond": millpond, "kafka": kafka}[kind](folder)
        self.address = self.broker.address

    def settings(self, user="ann", mechanism="SCRAM-SHA-512", password=None, **more):
        """For confluent-kafka; `_` in a key of `more` stands for a dot."""
        found = {
            "bootstrap.servers": self.address, "security.protocol": "SASL_SSL", "ssl.ca.location": self.certificate,
            "sasl.mechanism": mechanism, "sasl.username": user, "sasl.password": password or PASSWORDS[user],
            "log_level": 0,
        }
        found.update({key.replace("_", "."): value for key, value in more.items()})
        return found

    def properties(self, user="ann", mechanism="SCRAM-SHA-512", password=None):
        """A file for Java's tools and for Millpond's `--config`."""
        return client_properties(self.folder, self.address, self.certificate, user, mechanism, password)

    def millpond(self, *arguments, config=None, stdin="", code=0):
        """Runs a command of Millpond as a client; gives what it printed."""
        config = config or self.properties()
        command = [bed.millpond_binary(), "--config", config, *map(str, arguments)]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=240)
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        return done.stdout if code == 0 else done.stderr


def client_properties(folder, address, certificate, user="ann", mechanism="SCRAM-SHA-512", password=None):
    """Writes a file with which Java's tools and Millpond log in."""
    module = "plain.PlainLoginModule" if mechanism == "PLAIN" else "scram.ScramLoginModule"
    secret = quoted(password or PASSWORDS[user])
    jaas = f"org.apache.kafka.common.security.{module} required username=\"{user}\" password={secret};"
    # A backslash is one in a properties file only when it is doubled.
    jaas = jaas.replace("\\", "\\\\")
    lines = [
        f"bootstrap.servers={address}", "security.protocol=SASL_SSL", f"sasl.mechanism={mechanism}",
        f"sasl.jaas.config={jaas}", "ssl.truststore.type=PEM", f"ssl.truststore.location={certificate}",
    ]
    return written(folder, "client.properties", "\n".join(lines) + "\n")


def quoted(text):
    """As JAAS wants it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(folder, stem, text):
    handle, path = tempfile.mkstemp(dir=folder, suffix=f"-{stem}", text=True)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def millpond(folder):
    workspace = os.path.join(folder, "workspace")
    for user, password in PASSWORDS.items():
        command = [bed.millpond_binary(), "--data", workspace, "users", "add", user, "--role", ROLES[user]]
        command += ["--password-file", written(folder, "password", password + "\n")]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    command = [bed.millpond_binary(), "serve", "--data", workspace, "--listen", "127.0.0.1:0"]
    broker = bed.Broker("millpond", [*command, "--auth", "--tls-self-signed"])
    said = broker.process.stdout.readline()
    assert said.startswith("certificate "), said
    return broker, said.removeprefix("certificate ").rstrip("\n")


def own_certificate(folder, stem):
    """A keystore and the certificate in it, which has signed itself, as PEM."""
    store, certificate = os.path.join(folder, f"{stem}.p12"), os.path.join(folder, f"{stem}.pem")
    keytool = ["keytool", "-noprompt", "-keystore", store, "-storetype", "PKCS12", "-storepass", KEYSTORE, "-alias", stem]
    subprocess.run([*keytool, "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=localhost", "-ext",
                    "san=dns:localhost,ip:127.0.0.1"], check=True, stderr=subprocess.DEVNULL)
    with open(certificate, "w", encoding="utf-8") as file:
        subprocess.run([*keytool, "-exportcert", "-rfc"], check=True, stdout=file, stderr=subprocess.DEVNULL)
    return store, certificate


def kafka(folder):
    """Apache Kafka with a certificate from Java's keytool. Its PLAIN has users of its own."""
    certificate, settings = guarded(folder)
    command = [sys.executable, os.path.join(bed.HERE, "kafka.py"), "--data", os.path.join(folder, "kafka")]
    command += ["--protocol", "SASL_SSL", "--listen", f"127.0.0.1:{bed.free_port()}"]
    for user, password in PASSWORDS.items():
        command += ["--scram", f"{user}={quoted(password)}"]
    for key, value in settings.items():
        escaped = value.replace("\\", "\\\\")
        command += ["--set", f"{key}={escaped}"]
    return bed.Broker("kafka", command), certificate


def guarded(folder):
    """A certificate, and the settings with which Apache Kafka shows it and lets our users in."""
    store, certificate = own_certificate(folder, "server")
    own = f"username=\"ann\" password={quoted(PASSWORDS['ann'])}"
    known = " ".join(f"user_{user}={quoted(password)}" for user, password in PASSWORDS.items())
    modules = "org.apache.kafka.common.security"
    settings = {
        "ssl.keystore.type": "PKCS12", "ssl.keystore.location": store, "ssl.keystore.password": KEYSTORE,
        "ssl.truststore.type": "PEM", "ssl.truststore.location": certificate,
        "sasl.enabled.mechanisms": ",".join(MECHANISMS), "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "listener.name.sasl_ssl.plain.sasl.jaas.config": f"{modules}.plain.PlainLoginModule required {own} {known};",
    }
    for mechanism in MECHANISMS[:2]:
        key = f"listener.name.sasl_ssl.{mechanism.lower()}.sasl.jaas.config"
        settings[key] = f"{modules}.scram.ScramLoginModule required;"
    return certificate, settings
