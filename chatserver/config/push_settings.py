"""The settings of pushes: keys by which push services know us (VAPID, RFC 8292), and which services we send to."""

import base64
import re
import secrets
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, derive_private_key

from chatserver.config.settings import Config

KEY_BYTES = 32
_BASE64URL = re.compile(r"[A-Za-z0-9_-]{43}=?", re.ASCII)
_HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?|\*", re.ASCII)
_ADDRESS = re.compile(r"[^\s@,;<>\"]+@([^\s@,;<>\"]+)")
NOT_REAL = ("localhost", "local", "internal", "lan", "test", "example", "invalid")  # RFC 6761, and names like them


def make_vapid_key() -> str:
    """Returns a new private key on P-256, for VAPID_KEYS, in base64url."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    return _encoded((secrets.randbelow(order - 1) + 1).to_bytes(KEY_BYTES, "big"))


def read_vapid_key(text: str) -> EllipticCurvePrivateKey:
    """Returns the private key. Raises ValueError, and quotes nothing: it is a secret."""
    if not _BASE64URL.fullmatch(text):
        raise ValueError("must be 32 bytes in base64url")
    return derive_private_key(int.from_bytes(base64.urlsafe_b64decode(text.rstrip("=") + "=")), SECP256R1())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def push_problems(config: Config) -> Iterator[str]:
    """Yields a sentence for each mistake."""
    for place, text in enumerate(config.vapid_keys, 1):
        try:
            read_vapid_key(text)
        except ValueError:
            yield (
                f"VAPID_KEYS: number {place} is no private key on P-256, 32 bytes in base64url: "
                "`python -m chatserver secret --vapid` makes one."
            )
    if config.vapid_subject and not is_real_subject(config.vapid_subject):
        yield (
            "VAPID_SUBJECT must be a real address of yours, like mailto:you@example.org or https://example.org/, not "
            f"{config.vapid_subject[:100]!r}: Apple refuses every push of any other."
        )
    if config.vapid_keys and not config.vapid_subject and config.production:
        yield "VAPID_SUBJECT must be set with VAPID_KEYS: push services want to know whom to write to."
    for host in config.push_hosts:
        if not _HOST.fullmatch(host):
            yield f"PUSH_HOSTS must be hosts like push.example.org, *.example.org, or *, not {host[:100]!r}."


def is_real_subject(text: str) -> bool:
    """Tells whether push services take it as the address of whoever sends: a public host, by mail or https."""
    if text.startswith("mailto:"):
        found = _ADDRESS.fullmatch(text.removeprefix("mailto:"))
        return found is not None and _is_public_name(found[1])
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme == "https" and "@" not in parts.netloc and text.isprintable() and _is_public_name(host)


def _is_public_name(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        labels = host.rstrip(".").lower().split(".")
        return len(labels) > 1 and all(labels) and labels[-1] not in NOT_REAL
    return False
