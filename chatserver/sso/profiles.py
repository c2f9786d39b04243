"""Profiles that another site sends: in a request, which refuses mistakes, or in a token, which ignores them.

A field that is left out keeps its value; None clears it.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, NamedTuple

import regex

from chatserver.errors import ChatError
from chatserver.i18n import LANGUAGES
from chatserver.validation import UNSTORABLE

FULL_NAME_CHARS = 100  # code points
MAX_NAME = 200  # code points of a name that are read
_SPACE = regex.compile(r"\p{White_Space}+")
_HIDDEN = regex.compile(r"[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]")
_ATOM = r"[^\s@\"<>(),:;\[\]\\\p{C}]"
_EMAIL = regex.compile(  # RFC 5321 §4.5.3.1.3; no encoded words, which the header of a mail would decode
    rf"(?=.{{3,254}}\Z)(?!.*=\?){_ATOM}+@(?:(?!\.){_ATOM})+(?:\.(?:(?!\.){_ATOM})+)+"
)


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
Value = str | None | Unset


class Profile(NamedTuple):
    """The fields that a site sent about a subject. `email` is an address that the site has verified."""

    subject: str
    name: Value = UNSET
    full_name: Value = UNSET
    email: Value = UNSET
    language: Value = UNSET

    def updated_by(self, later: "Profile") -> "Profile":
        """Returns this profile updated by a later one of the same subject."""
        fields = zip(self[1:], later[1:], strict=True)
        return Profile(self.subject, *(old if new is UNSET else new for old, new in fields))


def profile_from_body(subject: str, body: Mapping[str, Any]) -> Profile:
    """Reads the fields of a request. An address that is not verified empties the one from before.

    Raises ChatError `bad_frame` for a field of a wrong kind, and `bad_email`.
    """
    verified, email = body.get("email_verified"), body.get("email")
    texts = all(isinstance(body.get(field), str | None) for field in ("name", "full_name", "language"))
    if not texts or body.get("language") not in {None, *LANGUAGES} or not isinstance(verified, bool | None):
        raise ChatError("bad_frame")
    if email is not None and not is_email(email):
        raise ChatError("bad_email")
    return _profile(subject, dict(body) | ({"email": None} if "email" in body and not verified else {}))


def profile_from_claims(subject: str, claims: Mapping[str, Any]) -> Profile:
    """Reads the claims of a token. Those of a wrong kind, and an address that is not verified, count as missing."""
    found = {field: claims[field] for field in ("name", "full_name") if isinstance(claims.get(field), str)}
    if isinstance(claims.get("language"), str) and claims["language"] in LANGUAGES:
        found["language"] = claims["language"]
    if is_email(claims.get("email")) and claims.get("email_verified") is True:
        found["email"] = claims["email"]
    return _profile(subject, found)


def _profile(subject: str, fields: Mapping[str, Any]) -> Profile:
    name, full_name = fields.get("name", UNSET), fields.get("full_name", UNSET)
    return Profile(
        subject,
        UNSTORABLE.sub("", name)[:MAX_NAME].strip() if isinstance(name, str) else name,
        clean_full_name(full_name) if isinstance(full_name, str) else full_name,
        fields.get("email", UNSET),
        fields.get("language", UNSET),
    )


def clean_full_name(raw: str) -> str | None:
    """Returns a full name as it is stored and shown: visible characters and single spaces; None if nothing is left."""
    visible = _HIDDEN.sub("", _SPACE.sub(" ", raw[: 10 * FULL_NAME_CHARS]))
    return " ".join(visible.split())[:FULL_NAME_CHARS].strip() or None


def is_email(raw: object) -> bool:
    """Tells whether this is an e-mail address: one `@`, a host with a dot, no quotes and no literal."""
    return isinstance(raw, str) and _EMAIL.fullmatch(raw) is not None
