"""Names of users: which are allowed, what finds them, and which look alike.

A name is shown as typed, found by its key, and unique by its key and by its skeleton. Sources: UAX #31 (characters of
identifiers), UTS #39 (look-alikes), RFC 8265 (user names: width and case), UAX #15 (normal forms).
"""

import unicodedata
from functools import cache
from pathlib import Path

import regex

from chatserver.errors import ChatError

NAME_CHARS = range(3, 31)  # code points
SHORT = 2  # enough in scripts that write whole names with two: 李明, דן, ሳራ

# The scripts in use today (UAX #31, tables 5 and 7), and those that one name may mix (UTS #39, "highly restrictive").
_SCRIPTS = (
    "Latn Cyrl Grek Armn Geor Hebr Arab Syrc Thaa Nkoo Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Thai Laoo "
    "Tibt Mymr Ethi Khmr Hang Hira Kana Bopo Hani Yiii Mong Cher Cans Tfng Java Bali Sund Cham Lana Limb Lepc Tale "
    "Talu Olck Mand Mtei Saur Sylo Vaii Batk Buhd Bamu Adlm Cakm Newa Osge Plrd Rohg Hmnp Wcho Kali Rjng Gong Gonm "
    "Nagm Tutg"
)
_TOGETHER = ("Latn Hani Hira Kana", "Latn Hani Bopo", "Latn Hani Hang")
_ALPHABETS = "Latn Cyrl Grek Armn Geor"  # they write each sound, so a name has at least three letters

_IGNORABLE = regex.compile(r"\p{Default_Ignorable_Code_Point}+")
_HIDDEN = regex.compile(r"(?![\u200c\u200d])\p{Default_Ignorable_Code_Point}")  # never allowed in a name

# ZWNJ and ZWJ are allowed where spelling needs them: UAX #31, 2.3, A1 (Persian), A2 and B (after a virama).
_JOINERS = (
    r"(?<=[\p{jt=L}\p{jt=D}]\p{jt=T}*)\u200c(?=\p{jt=T}*[\p{jt=R}\p{jt=D}])"
    r"|(?<=\p{L}\p{M}*\p{ccc=9}\p{M}*)\u200c(?=\p{L})"
    r"|(?<=\p{L}\p{M}*\p{ccc=9}\p{M}*)\u200d"
)
# Signs that spelling needs: the apostrophe and the middle dots of Catalan and Japanese inside a word; Hebrew geresh
# and Tibetan tsheg also at its end.
_SIGNS = (
    r"(?<=[\p{L}\p{M}])['’·・](?=\p{L})"
    r"|(?<=\p{sc=Hebr}\p{M}*)['’\u05f3\u05f4]"
    r"|(?<=\p{sc=Tibt}\p{M}*)\u0f0b"
)
_CHARS = regex.compile(
    rf"(?:(?!\p{{Default_Ignorable_Code_Point}})(?:[\p{{L}}\p{{Nd}}_.\-]|(?<=[\p{{L}}\p{{M}}])[\p{{Mn}}\p{{Mc}}])"
    rf"|{_SIGNS}|{_JOINERS})*"
)

# Never written in any language (UTS #39, 5.4): a repeated mark, too many marks, a dot on a letter that has one.
_FLOOD = regex.compile(r"(?:(?=\p{Mn})\p{sc=Zinh}){3}|\p{Mn}{5}")
_NEVER = regex.compile(r"(\p{Mn})\1|\p{Soft_Dotted}\p{Mn}*\u0307")
_APOSTROPHES = dict.fromkeys(map(ord, "'’"), "\u02bc")


def clean_name(raw: str) -> str:
    """Returns the name as stored and shown: as typed, in NFC, with wide and narrow forms made ordinary (RFC 8265).

    Allows letters of one script, their marks, digits of one kind, `_`, `.`, `-`, and the signs and joiners that
    spelling needs. Raises ChatError `bad_name`.
    """
    name = _composed(raw[:200].strip())
    if not (_is_long_enough(name) and _CHARS.fullmatch(name) and _is_of_one_script(name) and not _is_overloaded(name)):
        raise ChatError("bad_name")
    return name


def name_key(name: str) -> str:
    """Returns the key of a name, equal for any case, composition, joiners and apostrophes (Unicode's NFKC_Casefold)."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return str(_IGNORABLE.sub("", folded)).translate(_APOSTROPHES).rstrip("\u0f0b")


def name_skeleton(name: str) -> str:
    """Returns the skeleton of a name: names with equal skeletons look alike to readers, in any case (UTS #39, 4)."""
    return _prototypes(_prototypes(unicodedata.normalize("NFKC", name)).casefold())


def typed_key(raw: str) -> str:
    """Returns the key of any input, valid or not: all spellings that `clean_name` turns into one name share a key."""
    return name_key(raw[:200].strip())[:200]


def name_beginning(raw: str) -> str:
    """Returns the prefix of the keys of all names that begin with this input; '' if no name can begin so."""
    key = typed_key(raw)
    fits = len(key) < NAME_CHARS.stop and _CHARS.fullmatch(key) and not _HIDDEN.search(raw)
    return key if fits else ""


def _composed(raw: str) -> str:
    plain = "".join(
        unicodedata.normalize("NFKC", char) if _style(char) in {"<wide>", "<narrow>"} else char for char in raw
    )
    return unicodedata.normalize("NFC", plain)


def _style(char: str) -> str:
    """Returns the kind of a compatibility decomposition: `<font>`, `<super>`, `<compat>`… or '' for none."""
    kind = unicodedata.decomposition(char).partition(" ")[0]
    return kind if kind.startswith("<") else ""


def _is_long_enough(name: str) -> bool:
    return len(name) in NAME_CHARS or (len(name) == SHORT and _short_names().fullmatch(name) is not None)


def _is_of_one_script(name: str) -> bool:
    """Accepts letters of one script and digits of one kind; refuses styled letters such as bold or superscript."""
    digits = {ord(char) - unicodedata.decimal(char) for char in name if char.isdecimal()}
    styled = any(_style(char) not in {"", "<compat>"} for char in name)
    return len(digits) < 2 and not styled and _one_script().fullmatch(name) is not None


def _is_overloaded(name: str) -> bool:
    return bool(_FLOOD.search(name) or _NEVER.search(unicodedata.normalize("NFD", name)))


@cache
def _one_script() -> "regex.Pattern[str]":
    together = [*_TOGETHER, *_SCRIPTS.split()]
    return regex.compile("|".join(f"[{_of(scripts + ' Zyyy Zinh')}]*" for scripts in together))


@cache
def _short_names() -> "regex.Pattern[str]":
    return regex.compile(rf"(?:(?![{_of(_ALPHABETS + ' Zyyy')}])[\p{{L}}\p{{M}}]){{{SHORT}}}")


def _of(scripts: str) -> str:
    return "".join(rf"\p{{scx={script}}}" for script in scripts.split())


def _prototypes(text: str) -> str:
    visible = _IGNORABLE.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFD", visible.translate(_confusables()))


@cache
def _confusables() -> dict[int, str]:
    """Returns Unicode's table of look-alike characters, each with its prototype."""
    lines = Path(__file__).with_name("confusables.txt").read_text("utf-8").splitlines()
    pairs = (line.split(";") for line in lines if line and not line.startswith("#"))
    return {int(char, 16): "".join(chr(int(code, 16)) for code in prototype.split()) for char, prototype in pairs}
