"""The programs of "Connect your app" whose parts are here anyway, run as they stand on the page: Python and Java.

    snippets.py [--broker millpond|kafka] [--at HOST:PORT]

Each has to print the record that it produced. The page fills in two places (src/ui/screens/connect_app/snippet.rs); of
these the one for encrypted listeners is left out here.
"""
import os
import re
import subprocess
import sys
import tempfile
import threading

import bed

SNIPPETS = os.path.join(bed.ROOT, "assets", "snippets")
PAGE = os.path.join(bed.ROOT, "src", "ui", "screens", "connect_app", "snippet.rs")


def filled(file, address, folder):
    """The program as the page shows it, in a file of that name in `folder`."""
    path = os.path.join(folder, file)
    with open(os.path.join(SNIPPETS, file), encoding="utf-8") as template, open(path, "w", encoding="utf-8") as program:
        for line in template:
            # Places that only a listener with TLS or a login fills.
            if not line.strip().lstrip("/#").startswith("{{"):
                program.write(line.replace("{{address}}", address))
    return path


def greets(address, file, greeting, command):
    """Starts the program, waits for its own record among what it prints, and ends it: by itself it reads for ever."""
    with tempfile.TemporaryDirectory(prefix="snippet-") as folder:
        program = [*command, filled(file, address, folder)]
        process = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        lines = []
        threading.Thread(target=lambda: lines.extend(iter(process.stdout.readline, "")), daemon=True).start()
        line = re.compile(rf"hello-\d+ \d+ {re.escape(greeting)}\n")
        try:
            bed.until(lambda: process.poll() is not None or any(map(line.fullmatch, list(lines))), greeting, 60)
            assert process.poll() is None, f"it ended with {process.returncode}: {lines}"
            # Whoever runs his first program shall see his records and nothing that needs explaining.
            odd = [said for said in list(lines) if not re.match(r"hello-\d+ \d+ ", said)]
            assert not odd, f"it also printed {odd}"
        finally:
            process.kill()
            process.wait()


def told_versions_are_ours(_address):
    """What the page says to install is what the Java program is run with here."""
    with open(PAGE, encoding="utf-8") as file:
        told = re.findall(r"-Dartifact=[\w.]+:([\w-]+:[\d.]+)", file.read())
    jars = {re.sub(r"-([\d.]+)\.jar$", r":\1", os.path.basename(jar)) for jar in bed.classpath().split(":")}
    assert told and set(told) <= jars, f"told: {told}"


def suite(report, address, _broker):
    report.case("the Python program reads what it produced", greets, address, "app.py", "Hello from Python", [sys.executable])
    # The page's `-cp "lib/*"`: the same jars, and more.
    report.case("the Java program reads what it produced", greets, address, "App.java", "Hello from Java", bed.java(log="warn"))
    report.case("the versions that the page tells are the ones tried", told_versions_are_ours, address)


if __name__ == "__main__":
    bed.main("snippets", suite)
