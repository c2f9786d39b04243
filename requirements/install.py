#!/usr/bin/env python3
# ruff: noqa: PTH100, PTH107, PTH110, PTH114, PTH115, PTH118, PTH119, PTH120, PTH123, RUF005, S603, UP031, UP036
"""Makes .venv and installs requirements/development.txt into it, once; `make` runs this before everything else.

`install.py bench` then adds requirements/bench.txt.

Any Python reads this file, even 2.7, so that an old one can say what it lacks.
"""

import fcntl
import hashlib
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
MORE = sys.argv[1] if len(sys.argv) > 1 else None
REQUIREMENTS = os.path.join(ROOT, "requirements", (MORE or "development") + ".txt")
MADE_BY = os.path.join(VENV, "made-by")  # written when the environment is made
WHOLE = os.path.join(VENV, "installed")  # written last, so that an install cut short is done again
INSTALLED = WHOLE + "-" + MORE if MORE else WHOLE


def main():
    if sys.version_info < (3, 11):
        sys.exit(
            "chatserver needs Python 3.11 or newer, and %s is %d.%d: name a newer one, like make run PYTHON=python3.13"
            % ((sys.executable,) + tuple(sys.version_info[:2]))
        )
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a path may have letters that the terminal lacks
    try:
        if not is_done():
            with only_one():
                make()
    except OSError as error:
        sys.exit("The environment in .venv cannot be made: %s" % error)
    except KeyboardInterrupt:
        sys.exit("\nStopped; the next make begins again.")


def is_done():
    return is_made() and read(INSTALLED) == fingerprint()


def is_made():
    return read(MADE_BY) == identity() and os.path.exists(PYTHON)


def identity():
    """What an environment does not outlive: its Python, its kind of machine, its place."""
    return "%d.%d %s %s %s" % (tuple(sys.version_info[:2]) + (sys.base_prefix, os.uname().machine, VENV))


def fingerprint():
    with open(REQUIREMENTS, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def only_one():
    """A lock, held until it is closed: two makes at once would spoil each other's environment."""
    file = open(REQUIREMENTS)  # noqa: SIM115
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Another make is installing; waiting for it ...")
        fcntl.flock(file, fcntl.LOCK_EX)
    return file


def make():
    if is_done():  # by the make that we waited for
        return
    if is_made() and read(WHOLE):  # only the requirements have changed, or come to it
        if os.path.exists(INSTALLED):
            os.remove(INSTALLED)
    else:  # the remains of an install cut short are not to be trusted
        make_environment()
    install()


def make_environment():
    try:
        __import__("venv")
        __import__("ensurepip")
    except ImportError:
        sys.exit(
            "%s lacks the modules venv and ensurepip: on Debian or Ubuntu, apt install python%d.%d-venv brings them."
            % ((sys.executable,) + tuple(sys.version_info[:2]))
        )
    if os.path.islink(VENV):  # to make it anew would empty what another checkout works with
        sys.exit(".venv is a link to %s: remove it, and the next make gives this checkout its own." % os.readlink(VENV))
    say("Making a Python environment in .venv (only once) ...")
    python = getattr(sys, "_base_executable", sys.executable)  # not .venv's own, when that is active
    result = subprocess.run([python, "-m", "venv", "--clear", VENV], capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(
            "The environment in .venv cannot be made: %s" % reason_in((result.stdout + result.stderr).splitlines())
        )
    write(MADE_BY, identity())


def install():
    """Let pip install, and show a line for each package."""
    with open(REQUIREMENTS) as file:
        total = sum(1 for line in file if "==" in line)
    say("Installing up to %d packages into .venv (only once; a minute or two) ..." % total)
    command = [PYTHON, "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:", "-r", REQUIREMENTS]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--no-color"]
    pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    count = 0
    printed = []
    for line in pip.stdout:
        printed.append(line.strip())
        if line.startswith(("Collecting ", "Processing ")):
            count += 1
            say("  %2d  %s" % (count, package(line.split()[1])))
        elif line.startswith("Installing collected packages"):
            say("  unpacking ...")
        elif is_retry(line) and not any(map(is_retry, printed[:-1])):
            say("  the network does not answer; trying again ...")
    if pip.wait():
        network = "; is there a network?" if any(map(is_retry, printed)) else "."
        sys.exit("The packages cannot be installed%s pip says: %s" % (network, reason_in(printed)))
    write(INSTALLED, fingerprint())


def package(source):
    """Name and version of what pip takes: name==version or a wheel's path."""
    separator = "-" if source.endswith(".whl") else "=="
    return " ".join(os.path.basename(source).split(separator)[:2])


def is_retry(line):
    return line.startswith("WARNING: Retrying")


def reason_in(lines):
    """The first error that a program printed; what follows is often advice, or what comes of it."""
    lines = [line.strip() for line in lines if line.strip()] or ["no reason given"]
    return next((line for line in lines if re.search("^error|error[:(]", line, re.IGNORECASE)), lines[-1])


def say(sentence):
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
