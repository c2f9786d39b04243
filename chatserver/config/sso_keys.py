"""The keys of SSO_KEYS, with which another site signs tokens: `kid:alg:key`, each for one algorithm only."""

import base64
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

MIN_SECRET = 32  # bytes, as long as the digest (RFC 7518 §3.2)
_KID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}", re.ASCII)


class SsoKey(NamedTuple):
    """A key with the only algorithm that it may be used with (RFC 8725 §3.1)."""

    kid: str
    algorithm: str
    key: bytes | Ed25519PublicKey | Ed448PublicKey


def read_sso_keys(texts: Sequence[str]) -> dict[str, SsoKey]:
    """Returns the keys by their ids. Raises ValueError with what is wrong, and quotes nothing: it may be a secret."""
    keys: dict[str, SsoKey] = {}
    seen: set[bytes] = set()
    for place, text in enumerate(texts, 1):
        try:
            kid, algorithm, encoded = _parts(text)
            raw = _decoded(encoded)
            if kid in keys or raw in seen:
                raise ValueError("stands there twice, by its kid or its key")
            keys[kid] = SsoKey(kid, algorithm, _key(algorithm, raw))
            seen.add(raw)
        except ValueError as error:
            raise ValueError(f"number {place} {error}") from None
    return keys


def sso_key_problems(texts: Sequence[str]) -> Iterator[str]:
    """Yields a sentence for the first mistake in SSO_KEYS."""
    try:
        read_sso_keys(texts)
    except ValueError as error:
        yield f"SSO_KEYS: {error}."


def _parts(text: str) -> Sequence[str]:
    parts = text.split(":")
    if len(parts) != 3 or not _KID.fullmatch(parts[0]):
        raise ValueError("must be kid:alg:key, with a kid of 1 to 64 letters, digits, _ or -")
    return parts


def _decoded(encoded: str) -> bytes:
    if not _BASE64URL.fullmatch(encoded) or len(encoded.rstrip("=")) % 4 == 1:
        raise ValueError("has a key that is not in base64url")
    return base64.urlsafe_b64decode(encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4))


def _key(algorithm: str, raw: bytes) -> bytes | Ed25519PublicKey | Ed448PublicKey:
    if algorithm not in {"HS256", "EdDSA"}:
        raise ValueError("must be for HS256 or EdDSA")
    if _is_private(raw):
        raise ValueError("is a private key: it belongs to the site alone, which must make a new pair now")
    public = _public(raw)
    if algorithm == "EdDSA":
        if not isinstance(public, Ed25519PublicKey | Ed448PublicKey):
            raise ValueError("is no public key for EdDSA in DER")
        return public
    if public is not None:
        raise ValueError("is a public key, and no secret for HS256")
    if len(raw) < MIN_SECRET:
        raise ValueError(f"is a secret of {len(raw)} bytes, and needs {MIN_SECRET} or more")
    return raw


def _public(raw: bytes) -> object:
    try:
        return load_der_public_key(raw)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _is_private(raw: bytes) -> bool:
    """Tells whether this is a private key, also one with a password."""
    try:
        load_der_private_key(raw, None)
    except TypeError:
        return True
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True
