"""Older versions of these have known vulnerabilities: pinned, installed and declared versions must not be older."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from chatserver.resources import folder
from tests.support.repository import page

FLOORS = {"aiohttp": "3.14.5", "redis": "8.1", "gunicorn": "23", "cryptography": "50"}


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


@pytest.mark.parametrize("package", FLOORS)
def test_the_pinned_version_has_no_known_vulnerability(package: str) -> None:
    (pinned,) = re.findall(rf"^{package}==(\S+)", page("requirements/production.txt"), flags=re.MULTILINE)
    assert numbers(pinned) >= numbers(FLOORS[package])


@pytest.mark.parametrize(
    "file", sorted((folder("tests").parent / "requirements").glob("*.txt")), ids=lambda file: file.name
)
def test_every_package_is_pinned_with_its_hashes(file: Path) -> None:
    packages = re.split(r"\n(?=\S)", file.read_text().strip())
    assert packages
    assert [package for package in packages if not re.match(r"\S+==\S+ .*--hash=sha256:", package, re.DOTALL)] == []


@pytest.mark.parametrize("package", FLOORS)
def test_the_installed_version_has_no_known_vulnerability(package: str) -> None:
    assert numbers(version(package)) >= numbers(FLOORS[package])


@pytest.mark.parametrize("package", FLOORS)
def test_the_wheel_does_not_allow_an_older_version(package: str) -> None:
    (declared,) = re.findall(rf"^ +{package}>=(\S+)", page("setup.cfg"), flags=re.MULTILINE)
    assert numbers(declared) >= numbers(FLOORS[package])
