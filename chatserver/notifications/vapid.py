"""Our keys for push services, VAPID (RFC 8292): a browser's subscription works with the key it was made with alone."""

import base64
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chatserver.config.push_settings import read_vapid_key


def public_keys(texts: Sequence[str]) -> dict[str, EllipticCurvePrivateKey]:
    """Returns the private keys by their public ones in base64url, in the order of VAPID_KEYS: newest first."""
    keys = map(read_vapid_key, texts)
    return {encoded(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)): key for key in keys}


def encoded(raw: bytes) -> str:
    """Returns base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
