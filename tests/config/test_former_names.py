"""Settings under their former names."""

from pathlib import Path

import pytest

from chatserver.config.settings import ConfigError
from tests.config.loading import in_file, load


@pytest.mark.parametrize(
    ("file", "environ"),
    [
        ("NAME_REST_DAYS=7", {}),
        ("", {"NAME_REST_DAYS": "7"}),
        ("NAME_REST_DAYS=7", {"NAME_RESERVATION_DAYS": "7"}),
        ("NAME_REST_DAYS=30", {"NAME_REST_DAYS": "7"}),
        ("NAME_REST_DAYS=\nNAME_RESERVATION_DAYS=7", {}),
    ],
)
def test_the_former_name_of_a_setting_still_works(tmp_path: Path, file: str, environ: dict[str, str]) -> None:
    assert in_file(tmp_path, file, **environ).name_reservation_days == 7


@pytest.mark.parametrize("environ", [{"NAME_REST_DAYS": "7"}, {"NAME_RESERVATION_DAYS": "7"}])
def test_a_setting_with_another_value_under_its_former_name_is_refused(tmp_path: Path, environ: dict[str, str]) -> None:
    both = "NAME_REST_DAYS=30\nNAME_RESERVATION_DAYS=30\n"
    with pytest.raises(ConfigError, match="NAME_RESERVATION_DAYS and NAME_REST_DAYS, its former name, are set to diff"):
        in_file(tmp_path, both, **environ)


def test_a_mistake_under_a_former_name_names_both(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"^NAME_LOOKUPS_PER_MINUTE must be a number.*\nPEOPLE_A_MINUTE is the former"
    ):
        load(tmp_path, PEOPLE_A_MINUTE="x")


def test_a_misspelled_former_name_is_answered_with_the_new_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Unknown setting PEOPLE_A_MINUT .* did you mean NAME_LOOKUPS_PER_MINUTE\?"):
        in_file(tmp_path, "PEOPLE_A_MINUT=1\n")
