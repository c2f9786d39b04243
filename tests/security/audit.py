"""Asks pip-audit for known vulnerabilities of the production packages; a package that was not audited counts as one.

pip-audit alone succeeds, with "No known vulnerabilities found", if its database knows none of the packages.
Exits with 1 for vulnerabilities, and if the database was not reached; with `--if-reachable` it then only says so.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.repository import ROOT

REQUIREMENTS = ROOT / "requirements" / "production.txt"
PIP_AUDIT = Path(sys.prefix) / "security" / "bin" / "pip-audit"


class NotReached(Exception):
    """No package was audited: pip-audit reached no database."""


def main(*options: str) -> int:
    try:
        findings = holes(report(), pinned(REQUIREMENTS.read_text()))
    except NotReached as error:
        print(f"Audit: NOT DONE, no package was looked up for known holes: {error}.")
        print("`make audit` does it where the database of advisories can be reached, and fails elsewhere.")
        return 0 if "--if-reachable" in options else 1
    for finding in findings:
        print(finding)
    print(f"Audit: FAILED, {len(findings)} findings." if findings else "Audit: done, no known holes.")
    return 1 if findings else 0


def report() -> dict[str, Any]:
    """Returns pip-audit's report on the pinned versions. Raises NotReached."""
    options = ["--require-hashes", "--disable-pip", "-r", str(REQUIREMENTS), "-f", "json", "--progress-spinner", "off"]
    audit = subprocess.run([PIP_AUDIT, *options], capture_output=True, text=True, check=False)
    try:
        said: dict[str, Any] = json.loads(audit.stdout)
    except ValueError:
        raise NotReached((audit.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]) from None
    return said


def pinned(requirements: str) -> set[str]:
    """Returns the packages of a requirements file that every system installs."""
    return {line.split("==")[0] for line in requirements.splitlines() if "==" in line and ";" not in line}


def holes(report: dict[str, Any], expected: set[str]) -> list[str]:
    """Returns a line for each known vulnerability, and for each package that was not audited.

    Raises NotReached if no package was audited.
    """
    packages = {package["name"]: package for package in report["dependencies"]}
    unknown = {name: package["skip_reason"] for name, package in packages.items() if "vulns" not in package}
    unknown |= dict.fromkeys(expected - packages.keys(), "pip-audit left it out")
    if packages.keys() <= unknown.keys():
        raise NotReached(next(iter(unknown.values())))
    return [f"{name} was not looked up: {reason}" for name, reason in sorted(unknown.items())] + [
        f"{name} {package['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
        for name, package in sorted(packages.items())
        for hole in package.get("vulns", [])
    ]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
