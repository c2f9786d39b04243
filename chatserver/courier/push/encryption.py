"""Encrypts pushes so that only the browser reads them, not its push service (RFC 8291, one record of RFC 8188).

Replaces http-ece, which comes as source only: our installations take no package that runs code while it is installed.
"""

import os

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD = 4096  # bytes that every push service takes (RFC 8030 §7.2)
MAX_PAYLOAD = 3993  # bytes: a record without the header, the tag and the delimiter
SALT_BYTES = 16
LAST_RECORD = b"\x02"


def encrypt(
    payload: bytes, p256dh: bytes, auth: bytes, own: EllipticCurvePrivateKey | None = None, salt: bytes = b""
) -> bytes:
    """Returns the body of a push for the browser with these keys; `own` and `salt` are made anew unless given."""
    own = own or generate_private_key(SECP256R1())
    salt = salt or os.urandom(SALT_BYTES)
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), p256dh))
    secret = _derive(shared, auth, b"WebPush: info\0" + p256dh + point, 32)
    key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD.to_bytes(4) + bytes([len(point)]) + point
    return header + AESGCM(key).encrypt(nonce, payload + LAST_RECORD, None)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
