"""Settings that were renamed: the former name still works, in the environment and in the file, with a warning."""

from collections.abc import Iterator, Mapping

RENAMED = {
    "NAME_REST_DAYS": "NAME_RESERVATION_DAYS",
    "PEOPLE_A_MINUTE": "NAME_LOOKUPS_PER_MINUTE",
}


def under_current_names(given: Mapping[str, str]) -> dict[str, str]:
    """Returns the values under the current names of their settings."""
    return {RENAMED.get(name, name): value for name, value in given.items()}


def rename_problems(given: Mapping[str, str]) -> Iterator[str]:
    """Yields a sentence for each setting that has two values, one under each name."""
    for old, new in RENAMED.items():
        if old in given and given.get(new, given[old]) != given[old]:
            yield f"{new} and {old}, its former name, are set to different values: remove {old}."


def rename_advice(given: Mapping[str, str]) -> Iterator[str]:
    """Yields a sentence for each former name in use."""
    for old, new in RENAMED.items():
        if old in given:
            yield f"{old} is the former name of {new}, and will stop working in a later version: rename it."
