"""The embedded PostgreSQL and Valkey start anywhere, lose nothing, and leave nothing running."""

import importlib.util
import os
import shutil
import signal
from pathlib import Path

import pytest

from chatserver.development.embedded import EmbeddedError
from chatserver.development.embedded.lock import holder_of
from tests.development.servers import as_root, ask, copy, started, valkey
from tests.support.waiting import wait_until


def test_what_was_stored_is_there_after_the_next_start(data_dir: Path) -> None:
    with started(data_dir) as servers, valkey(servers) as client:
        ask(servers, "create table notes (note text)", "insert into notes values ('kept') returning note")
        client.set("note", "kept")
    with started(data_dir) as servers, valkey(servers) as client:
        assert ask(servers, "select note from notes") == ("kept",)
        assert client.get("note") == b"kept"


def test_nothing_listens_on_tcp(data_dir: Path) -> None:
    with started(data_dir) as servers, valkey(servers) as client:
        assert ask(servers, "show listen_addresses") == ("",)
        assert client.config_get("port") == {"port": "0"}


def test_cyrillic_letters_are_compared_without_case(data_dir: Path) -> None:
    with started(data_dir) as servers:
        assert ask(servers, "select lower('ПРИВЕТ'), upper('ё'), 'привет' ilike 'ПРИ%'") == ("привет", "Ё", True)


def test_a_half_made_database_is_recreated(tmp_path: Path) -> None:
    half_made = tmp_path / "postgres" / "new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    with started(tmp_path) as servers:
        assert ask(servers, "select 1") == (1,)


def test_a_stopped_server_is_restarted_with_its_data(data_dir: Path) -> None:
    with started(data_dir) as servers:
        ask(servers, "create table notes (note text)", "insert into notes values ('kept') returning note")
        pid = holder_of(data_dir)["children"]["postgres"]["pid"]
        os.kill(pid, signal.SIGKILL)
        assert wait_until(servers.revive) == ["postgres"]
        assert ask(servers, "select note from notes") == ("kept",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PGSERVICE", "work"),
        ("PGHOSTADDR", "127.0.0.9"),
        ("PGOPTIONS", "-c search_path=elsewhere"),
        ("PGCLIENTENCODING", "LATIN1"),
        ("PGTZ", "Asia/Tokyo"),
        ("PGGSSENCMODE", "require"),
        ("PGREQUIREAUTH", "scram-sha-256"),
        ("PGTARGETSESSIONATTRS", "standby"),
    ],
)
def test_a_developers_settings_for_other_servers_do_not_apply_to_ours(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with started(data_dir) as servers:
        assert ask(servers, "select 'Привет', current_setting('timezone'), current_schema()") == (
            "Привет",
            "UTC",
            "public",
        )


@pytest.mark.parametrize("name", ["LC_ALL", "LC_COLLATE", "LC_MESSAGES", "LANG", "TZ"])
def test_a_missing_locale_or_zone_does_not_prevent_the_first_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "xx_YY.UTF-8")
    with started(tmp_path) as servers, valkey(servers) as client:
        assert ask(servers, "select lower('ПРИВЕТ'), current_setting('timezone')") == ("привет", "UTC")
        assert client.ping()


@pytest.mark.parametrize("name", ["x" * 120, "with spaces, commas & 100%", "Кириллица"])
def test_the_data_folder_may_have_any_path(first_start: Path, tmp_path: Path, name: str) -> None:
    before = set(Path("/tmp").glob("chatserver-*"))
    with started(copy(first_start, tmp_path / name / "data")) as servers, valkey(servers) as client:
        assert ask(servers, "select 1") == (1,)
        assert client.ping()
    assert set(Path("/tmp").glob("chatserver-*")) <= before


def test_data_of_another_postgresql_version_is_refused(data_dir: Path) -> None:
    version = data_dir / "postgres" / "data" / "PG_VERSION"
    version.write_text("99\n")
    with pytest.raises(EmbeddedError, match="holds data of PostgreSQL 99"):
        started(data_dir).start()
    assert holder_of(data_dir) == {}


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedError, match="cannot be written"):
        started(tmp_path / "file" / "data").start()


def test_without_the_wheels_the_error_names_the_settings_to_set(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EmbeddedError, match="set DATABASE_URL and REDIS_URL"):
        started(data_dir).start()


def test_a_server_is_not_started_if_its_url_is_set(tmp_path: Path) -> None:
    with started(tmp_path, database_url="postgresql://elsewhere/chat") as servers, valkey(servers) as client:
        assert servers.database_url == "postgresql://elsewhere/chat"
        assert client.ping()
    assert not (tmp_path / "postgres").exists()


def test_each_start_begins_a_new_log_and_keeps_the_previous_one(data_dir: Path) -> None:
    for _ in range(3):
        with started(data_dir):
            pass
    for log in ("postgres.log", "postgres.log.1"):
        assert (data_dir / log).read_text().count("ready to accept connections") == 1


@as_root
def test_root_changes_no_permissions_outside_the_data_folder(first_start: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data_dir = copy(first_start, closed / "data")
    before = [(folder, folder.stat().st_mode, folder.stat().st_uid) for folder in data_dir.parents]
    with started(data_dir) as servers:
        assert ask(servers, "select 1") == (1,)
        pid = holder_of(data_dir)["children"]["postgres"]["pid"]
        assert Path(f"/proc/{pid}").stat().st_uid != 0
    assert [(folder, folder.stat().st_mode, folder.stat().st_uid) for folder in data_dir.parents] == before


@as_root
def test_root_runs_the_servers_as_the_owner_of_the_data_folder(first_start: Path, tmp_path: Path) -> None:
    data_dir = copy(first_start, tmp_path / "data")
    shutil.chown(data_dir, "daemon")
    with started(data_dir):
        pass
    assert (data_dir / "postgres" / "data" / "PG_VERSION").owner() == "daemon"
    assert (data_dir / "lock").owner() == "daemon"
