"""The two languages: catalogues compiled in memory at start, the language of each request, plural forms."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from io import BytesIO

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from chatserver.resources import folder

QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")  # RFC 9110 §12.4.2
LANGUAGES = {"en": "English", "ru": "Русский"}
SOURCE = "en"  # the language of the sentences in code and templates, which needs no catalogue


@dataclass(frozen=True)
class Language:
    """A language with its rules (CLDR) and its catalogue."""

    code: str
    locale: Locale
    catalogue: NullTranslations


def load_languages() -> dict[str, Language]:
    """Compiles `locale/<language>/LC_MESSAGES/messages.po` in memory: no build step for `.mo` files."""
    return {code: _load(code) for code in LANGUAGES}


def _load(code: str) -> Language:
    if code == SOURCE:
        return Language(code, Locale.parse(code), NullTranslations())
    with (folder("locale") / code / "LC_MESSAGES" / "messages.po").open("rb") as source:
        compiled = BytesIO()
        write_mo(compiled, read_po(source, locale=code))
    compiled.seek(0)
    return Language(code, Locale.parse(code), Translations(compiled))


_languages = load_languages()
_current: ContextVar[Language] = ContextVar("language", default=_languages["en"])


def mark(msgid: str) -> str:
    """Marks a sentence for the catalogues and returns it unchanged; it is translated where it is shown."""
    return msgid


def gettext(msgid: str) -> str:
    """Translates a sentence into the current language."""
    return _current.get().catalogue.ugettext(msgid)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Translates a counted phrase into the plural form for `number`."""
    return _current.get().catalogue.ungettext(singular, plural, number)


def plural_forms(singular: str, plural: str) -> dict[str, str]:
    """Returns the forms of a counted phrase by CLDR category, for `Intl.PluralRules` in the browser."""
    language = _current.get()
    return {language.locale.plural_form(n): ngettext(singular, plural, n) for n in (1, 2, 5)}


def number(value: float) -> str:
    """Formats a number in the current language: "10,000", "1.2"."""
    return format_decimal(value, locale=_current.get().locale)


def current_language() -> str:
    """Returns the code of the current language."""
    return _current.get().code


def use_language(code: str) -> None:
    """Sets the language for the current task and the tasks it starts."""
    _current.set(_languages[code])


@contextmanager
def using(code: str) -> Iterator[None]:
    """Sets the language for a block."""
    before = _current.set(_languages[code])
    yield
    _current.reset(before)


def choose_language(choices: Mapping[str, str], accept_language: str, default: str) -> str:
    """Returns the user's choice, or what their site said, or the browser's first supported language, or the default."""
    for name in ("language", "site_language"):
        if choices.get(name) in LANGUAGES:
            return choices[name]
    asked = (tag.lower().partition("-")[0] for tag in accepted_tags(accept_language))
    return next((code for code in asked if code in LANGUAGES), default)


def accepted_tags(accept_language: str) -> list[str]:
    """Returns the tags of an Accept-Language header, best first, without those of weight 0 (RFC 9110 §12.5.4)."""
    ranked = []
    for part in accept_language[:1000].split(","):
        tag, _, weight = part.partition(";")
        ranked.append((_quality(weight), tag.strip()))
    ranked.sort(key=lambda pair: pair[0], reverse=True)
    return [tag for quality, tag in ranked if quality > 0]


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    return float(value) if QUALITY.fullmatch(value.strip()) else 0.0
