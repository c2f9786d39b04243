"""`make protections` disables each protection in a copy of the code and checks that its test fails.

Mutation testing by hand: general tools (mutmut, cosmic-ray) change every line, and neither SQL nor JavaScript.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults.protections import PROTECTIONS
from tests.faults.protections.protection import Protection
from tests.support.chromium import NO_BROWSER, has_browser
from tests.support.repository import ROOT

IGNORED = shutil.ignore_patterns(".git", ".venv", ".data", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__")
PATIENCE = 6  # seconds until a test gives up; without its protection it often waits in vain
TIMEOUT = 60  # seconds for a whole test
AT_ONCE = 2


def main() -> int:
    words = sys.argv[1:]
    chosen = [protection for protection in PROTECTIONS if not words or any(word in protection.name for word in words)]
    in_browser = [protection for protection in chosen if protection.test.startswith("browser/")]
    if in_browser and not has_browser():
        print(f"{len(in_browser)} protections of the browser are left out: {NO_BROWSER}.", flush=True)
        chosen = [protection for protection in chosen if protection not in in_browser]
    missed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for protection, outcome in zip(chosen, pool.map(outcome_of, chosen), strict=True):
            print(f"{outcome}: {protection.name}: {protection.test}", flush=True)
            missed += outcome != "seen"
    print(f"{len(chosen) - missed} of {len(chosen)} tests fail without their protection")
    return 1 if missed else 0


def outcome_of(protection: Protection) -> str:
    try:
        return "seen" if fails_without(protection) else "MISSED"
    except (RuntimeError, ValueError) as error:
        return f"BROKEN ({str(error).strip().splitlines()[-1]})"


def fails_without(protection: Protection) -> bool:
    """Whether the test fails or hangs without the protection."""
    with tempfile.TemporaryDirectory(prefix="protections-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=IGNORED)
        replace(copy / protection.path, protection.old, protection.new)
        people = copy / "tests" / "support" / "people.py"
        people.write_text(re.sub(r"^PATIENCE = \d+", f"PATIENCE = {PATIENCE}", people.read_text(), flags=re.MULTILINE))
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"tests/{protection.test}"]
        try:
            done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            return True
    if done.returncode not in {0, 1}:  # 1: a test failed; more: the test does not exist or could not run
        raise RuntimeError(done.stdout + done.stderr)
    return done.returncode == 1


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{path} holds {text.count(old)} times: {old}")
    path.write_text(text.replace(old, new), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
