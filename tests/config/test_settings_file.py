"""The settings file: quotes, unknown names and mistakes."""

from pathlib import Path

import pytest

from chatserver.config.settings import ConfigError
from tests.config.loading import in_file, load


def test_an_unknown_name_in_the_file_is_reported_with_the_likely_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        in_file(tmp_path, "WORKER=4\nPORT=x\nNOBODY_KNOWS_IT=1\n")
    assert "Unknown setting WORKER in the settings file: did you mean WORKERS?" in str(error.value)
    assert "Unknown setting NOBODY_KNOWS_IT in the settings file: see docs/configuration.md." in str(error.value)
    assert "PORT must be a number" in str(error.value)


def test_settings_of_other_programs_in_the_same_file_are_ignored(tmp_path: Path) -> None:
    in_file(tmp_path, "TMPDIR=/var/tmp\nPORT=1111\n", TMPDIR="/var/tmp")
    load(tmp_path, WORKER="4")


def test_a_secret_on_a_line_of_its_own_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Line 2 of the settings file is not NAME=value") as error:
        in_file(tmp_path, "hunter22=\npostgresql://u:hunter22@h/x\n'hunter22'=1\nhunter22 hunter22=\n=hunter22\n")
    assert "hunter22" not in str(error.value)
    assert str(error.value).count("Line ") == 5


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('API_KEY="a key"', "a key"), ("API_KEY='a key'", "a key"), ("API_KEY=a key", "a key"),
        ('API_KEY = "a key" # it is', "a key"), ("API_KEY=a key # it is", "a key"), ("API_KEY=a#key", "a#key"),
        ("API_KEY='a # $key'", "a # $key"), ('API_KEY="a # $key"', "a # $key"), ('export API_KEY="a"', "a"),
        ("export  API_KEY=a", "a"), ("\tAPI_KEY=a\t", "a"), (r'API_KEY="a\"b\\c"', 'a"b\\c'), ("API_KEY=it's", "it's"),
        ('API_KEY=a"b"', 'a"b"'), ("API_KEY='\"a\"'", '"a"'), ("\ufeffAPI_KEY=a", "a"),
        ("API_KEY='a'\r\nPORT=1\r\n", "a"),
        ("API_KEY=a\rPORT=1\r", "a"), ("API_KEY=b\nAPI_KEY=a", "a"), ("API_KEY=a\u2028b", "a\u2028b"),
    ],
)  # fmt: skip
def test_quotes_around_a_value_in_the_file_are_not_part_of_it(tmp_path: Path, line: str, value: str) -> None:
    assert in_file(tmp_path, line).api_key == value


@pytest.mark.parametrize("nothing", ["", '""', "''", " # unset"])
def test_an_empty_value_in_the_file_is_the_default(tmp_path: Path, nothing: str) -> None:
    assert in_file(tmp_path, f"PORT={nothing}\nDEFAULT_LANGUAGE={nothing}").port == 8080


@pytest.mark.parametrize(
    "line", ['API_KEY="hunter22', "API_KEY='hunter22", 'API_KEY="a"hunter22', 'API_KEY="a","hunter22"']
)
def test_an_unclosed_quote_is_reported_with_its_line_and_swallows_no_other_setting(tmp_path: Path, line: str) -> None:
    with pytest.raises(ConfigError) as error:
        in_file(tmp_path, f'HOST="::1"\n{line}\nPORT="x"\n')
    assert str(error.value).startswith("Line 2 of the settings file is not NAME=value, ")
    assert "PORT must be a number" in str(error.value)
    assert "hunter22" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ('"a key"', "a key"),
        ("'a key'", "a key"),
        ('"a", "b"', '"a", "b"'),
        ("\"a'", "\"a'"),
        ('"', '"'),
        (' "a" ', "a"),
    ],
)
def test_quotes_that_docker_leaves_around_a_value_are_not_part_of_it(tmp_path: Path, given: str, value: str) -> None:
    assert load(tmp_path, API_KEY=given).api_key == value
