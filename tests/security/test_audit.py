"""`make audit` does not accept an audit that did not take place; pip-audit's answers are recorded."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.security import audit

Say = Callable[[str], None]
HOLE = {"id": "GHSA-9548-qrrj-x5pj", "fix_versions": ["3.12.14"], "aliases": ["CVE-2025-53643"], "description": ""}


@pytest.fixture
def says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Makes pip-audit print this and succeed, as it does without its database."""

    def says(text: str) -> None:
        (tmp_path / "said").write_text(text)
        (tmp_path / "pip-audit").write_text(f"#!/bin/sh\ncat {tmp_path}/said\n")
        (tmp_path / "pip-audit").chmod(0o755)
        monkeypatch.setattr(audit, "PIP_AUDIT", tmp_path / "pip-audit")

    return says


def recorded() -> Any:
    """The output of pip-audit 2.10.1 if it reaches no database."""
    return json.loads((Path(__file__).parent / "audit_without_database.json").read_text())


def all_looked_up() -> Any:
    said = recorded()
    names = sorted(audit.pinned(audit.REQUIREMENTS.read_text()) | {one["name"] for one in said["dependencies"]})
    said["dependencies"] = [{"name": name, "version": "1.0", "vulns": []} for name in names]
    return said


def of_aiohttp(said: Any) -> Any:
    return next(one for one in said["dependencies"] if one["name"] == "aiohttp")


def test_an_audit_of_all_packages_without_vulnerabilities_succeeds(
    says: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    says(json.dumps(all_looked_up()))
    assert audit.main() == 0
    assert "Audit: done, no known holes." in capsys.readouterr().out


def test_an_audit_without_its_database_fails_although_pip_audit_succeeds(
    says: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    says(json.dumps(recorded()))
    assert audit.main() == 1
    assert "Audit: NOT DONE" in capsys.readouterr().out


def test_make_security_continues_without_the_database_and_says_so(
    says: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    says(json.dumps(recorded()))
    assert audit.main("--if-reachable") == 0
    assert "Audit: NOT DONE" in capsys.readouterr().out


@pytest.mark.parametrize("options", [(), ("--if-reachable",)])
def test_one_package_skipped_is_a_failure(says: Say, capsys: pytest.CaptureFixture[str], options: tuple[str]) -> None:
    said = all_looked_up()
    del of_aiohttp(said)["vulns"]
    of_aiohttp(said)["skip_reason"] = of_aiohttp(recorded())["skip_reason"]
    says(json.dumps(said))
    assert audit.main(*options) == 1
    assert "aiohttp was not looked up: Dependency not found" in capsys.readouterr().out


@pytest.mark.parametrize("options", [(), ("--if-reachable",)])
def test_one_package_left_out_is_a_failure(says: Say, capsys: pytest.CaptureFixture[str], options: tuple[str]) -> None:
    said = all_looked_up()
    said["dependencies"].remove(of_aiohttp(said))
    says(json.dumps(said))
    assert audit.main(*options) == 1
    assert "aiohttp was not looked up" in capsys.readouterr().out


@pytest.mark.parametrize("options", [(), ("--if-reachable",)])
def test_a_known_vulnerability_is_a_failure(says: Say, capsys: pytest.CaptureFixture[str], options: tuple[str]) -> None:
    said = all_looked_up()
    of_aiohttp(said)["vulns"] = [HOLE]
    says(json.dumps(said))
    assert audit.main(*options) == 1
    assert "aiohttp 1.0: GHSA-9548-qrrj-x5pj, mended in 3.12.14" in capsys.readouterr().out


@pytest.mark.parametrize("said", ["", "Traceback", '{"dependencies": []}'])
def test_an_aborted_audit_is_a_failure(says: Say, said: str) -> None:
    says(said)
    assert audit.main() == 1
