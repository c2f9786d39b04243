"""Loads the settings: environment variables, then an optional file, then defaults; read here and nowhere else.

Our own code, since libraries drop what owners need. pydantic-settings compares settings only once each of them is
valid, so not all mistakes come at once; broken lines of the file it only logs. environs does not compare settings, and
does not look for unknown names.
"""

import os
from collections.abc import Collection, Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_type_hints

from chatserver.config.development import with_development_defaults
from chatserver.config.normalize import normalize
from chatserver.config.renames import RENAMED, rename_advice, rename_problems, under_current_names
from chatserver.config.settings import LONGEST_TIME, Config, ConfigError
from chatserver.config.settings_file import SettingsFile, read_settings_file, without_quotes
from chatserver.config.sizes import derived
from chatserver.config.validate import problems
from chatserver.resources import PACKAGE


def load_config(environ: Mapping[str, str] | None = None) -> Config:
    """Reads the settings of this process. Raises ConfigError with every mistake."""
    given, mistakes = _read(os.environ if environ is None else environ)
    hints = get_type_hints(Config)
    values: dict[str, Any] = {}
    for name, raw in under_current_names(given).items():
        try:
            values[name.lower()] = _parse(raw, hints[name.lower()])
        except ValueError as error:
            mistakes.append(f"{name} {error}, not {raw[:100]!r}.")
    config = normalize(Config(**values | derived(values)))
    mistakes += [*rename_problems(given), *problems(config)]
    if mistakes:
        raise ConfigError("\n".join([*mistakes, *rename_advice(given)]))
    return config if config.production else with_development_defaults(config)


def name_advice() -> list[str]:
    """Returns a sentence for each setting of this process that is given under a former name."""
    return list(rename_advice(_read(os.environ)[0]))


def _read(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Returns the settings that have a value, and the mistakes in the file."""
    in_file, broken = _read_file(Path(environ.get("CONFIG_FILE", PACKAGE.parent / "chatserver.env")), environ)
    known = RENAMED.keys() | {setting.name.upper() for setting in fields(Config)}
    # The line is not quoted: it may be a secret without its name.
    mistakes = [
        f"Line {number} of the settings file is not NAME=value, with a name in capitals and each quote closed."
        for number in broken
    ]
    # A name that is also in the environment belongs to another program: systemd and others read such files too.
    mistakes += [_unknown(name, known) for name in in_file if name not in known and name not in environ]
    given = in_file | {name: without_quotes(value) for name, value in environ.items()}
    return {name: value.strip() for name, value in given.items() if name in known and value.strip()}, mistakes


def _read_file(path: Path, environ: Mapping[str, str]) -> SettingsFile:
    """Reads the optional file of `NAME=value` lines; `CONFIG_FILE` overrides its path."""
    try:
        return read_settings_file(path)
    except FileNotFoundError:
        if "CONFIG_FILE" in environ:
            raise ConfigError(f"CONFIG_FILE names a file that does not exist: {path}.") from None
        return SettingsFile({}, [])
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The settings file {path} cannot be read: {error}.") from None


def _unknown(name: str, known: Collection[str]) -> str:
    meant = get_close_matches(name, known, 1)
    hint = f"did you mean {RENAMED.get(meant[0], meant[0])}?" if meant else "see docs/configuration.md."
    return f"Unknown setting {name} in the settings file: {hint}"


def _parse(raw: str, kind: Any) -> Any:
    if kind is int or kind is float:
        try:
            number = kind(raw.replace("_", "no"))  # Python accepts 8_0
        except ValueError:
            number = -1
        if not 0 <= number <= LONGEST_TIME:  # NaN too fails this
            raise ValueError(f"must be a number from 0 to {LONGEST_TIME}")
        return number
    if kind == tuple[str, ...]:
        return tuple(part for part in raw.replace(",", " ").split() if part)
    return Path(raw).absolute() if kind is Path else raw
