"""Verifies the tokens by which another site signs its people in: JSON Web Tokens, by PyJWT.

Stricter than the library: JSON is decoded as that of frames, and each claim has one type (RFC 7519, RFC 8725).
"""

import base64
import hashlib
import json
import math
import re
from collections.abc import Mapping
from time import time
from typing import Any, NamedTuple

import jwt

from chatserver.config.settings import Config
from chatserver.config.sso_keys import SsoKey, read_sso_keys
from chatserver.errors import ChatError
from chatserver.frames import decode
from chatserver.sso.people import Known
from chatserver.sso.subjects import is_subject

MAX_BYTES = 8192
LEEWAY = 30  # seconds that two clocks may differ by
LONGEST_LIFE = 300  # seconds from `iat` to `exp`
LATEST = 2**53  # seconds: exact as a float
_SEGMENT = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_JTI = re.compile(r"[\x20-\x7e]{1,255}")
_JWS = jwt.PyJWS()


class BadToken(ChatError):
    """A token is refused; `rule` says why, for the log and for whoever builds the site, and quotes nothing of it."""

    def __init__(self, rule: str) -> None:
        super().__init__("bad_token")
        self.rule = rule


class Token(NamedTuple):
    """A verified token. `id`: a digest of issuer and `jti`; times in seconds since 1970, `ends_at` with leeway."""

    subject: str
    id: str
    issued_at: float
    ends_at: float
    claims: Mapping[str, Any]

    @property
    def seconds_left(self) -> int:
        """For how many seconds, at least, it must be known as used."""
        return max(1, math.ceil(self.ends_at - time()) + 1)


class TokenVerifier:
    """Verifies tokens of the site for this server, by the settings."""

    def __init__(self, config: Config) -> None:
        self._keys = read_sso_keys(config.sso_keys)
        self._issuer = config.sso_issuer
        self._audience = config.origins[0] if config.origins else ""

    def verify(self, token: str) -> Token:
        """Returns the token's claims, all checked but whether it was used before. Raises BadToken."""
        if not token:
            raise BadToken("there is no token")
        if len(token) > MAX_BYTES:
            raise BadToken(f"it is longer than {MAX_BYTES} bytes")
        segments = token.split(".")
        if len(segments) != 3 or not all(map(_SEGMENT.fullmatch, segments)):
            raise BadToken("it is not three parts in base64url")
        header, claims = _object(segments[0], "header"), _object(segments[1], "claims")
        self._check_signature(token, header)
        self._check_names(claims)
        issued_at, ends_at = _check_times(claims)
        id_ = hashlib.sha256(json.dumps([self._issuer, claims["jti"]]).encode()).hexdigest()
        return Token(claims["sub"], id_, issued_at, ends_at, claims)

    def _check_signature(self, token: str, header: Mapping[str, Any]) -> None:
        """Takes only the key and the algorithm of the settings, whatever else the header offers (RFC 8725 §3.1)."""
        kid = header.get("kid")
        key = self._keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise BadToken("SSO_KEYS has no key of its kid")
        if header.get("alg") != key.algorithm:
            raise BadToken(f"its alg is not {key.algorithm}, for which the key {key.kid} is")
        if "crit" in header:
            raise BadToken("it has a crit header")
        if header.get("typ", "JWT") != "JWT":
            raise BadToken("its typ is not JWT")
        _verify(token, key)

    def _check_names(self, claims: Mapping[str, Any]) -> None:
        if claims.get("iss") != self._issuer:
            raise BadToken(f"its iss is not {self._issuer!r}, which SSO_ISSUER is")
        if claims.get("aud") != self._audience:
            raise BadToken(f"its aud is not {self._audience!r}, the first of ORIGINS")
        if not is_subject(claims.get("sub")):
            raise BadToken("its sub is not a string of 1 to 255 of A-Z a-z 0-9 . _ ~ @ : | + = -")
        if not isinstance(claims.get("jti"), str) or not _JTI.fullmatch(claims["jti"]):
            raise BadToken("its jti is not a string of 1 to 255 printable ASCII characters")


def unverified_claims(token: str) -> Mapping[str, Any]:
    """Returns the claims as they stand there, without looking at the signature; none if they cannot be read."""
    segments = token.split(".")
    if len(token) > MAX_BYTES or len(segments) != 3 or not _SEGMENT.fullmatch(segments[1]):
        return {}
    try:
        return _object(segments[1], "claims")
    except BadToken:
        return {}


def check_person(token: Token, known: Known) -> None:
    """Raises BadToken if the sessions were ended after the token was made, and ChatError `account_disabled`."""
    if token.issued_at < known.ended_at // 1_000_000:
        raise BadToken("it was made before the sessions of its sub were ended")
    if known.disabled:
        raise ChatError("account_disabled")


def _verify(token: str, key: SsoKey) -> None:
    try:
        _JWS.decode(token, key.key, algorithms=[key.algorithm])
    except jwt.PyJWTError:
        raise BadToken(f"it was not signed with the key {key.kid}") from None


def _object(segment: str, what: str) -> dict[str, Any]:
    try:
        return decode(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)).decode())
    except ValueError:
        raise BadToken(f"its {what} cannot be read as a JSON object") from None


def _check_times(claims: Mapping[str, Any]) -> tuple[float, float]:
    """Returns when the token was made, and until when it is taken."""
    now = time()
    issued_at, expires_at = _seconds(claims, "iat"), _seconds(claims, "exp")
    if issued_at > now + LEEWAY:
        raise BadToken(f"its iat is {issued_at - now:.0f} s ahead of this server's clock")
    if "nbf" in claims and _seconds(claims, "nbf") > now + LEEWAY:
        raise BadToken("its nbf is still to come")
    if not 0 <= expires_at - issued_at <= LONGEST_LIFE:
        raise BadToken(f"its exp is not 0 to {LONGEST_LIFE} s after its iat")
    if now >= expires_at + LEEWAY:
        raise BadToken(f"it expired {now - expires_at:.0f} s ago")
    return issued_at, expires_at + LEEWAY


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LATEST:
        raise BadToken(f"its {name} is no number of seconds")
    return value
