"""Digests of the first texts of changed messages, which recognize a repeated send after an edit or a deletion.

The key is not in the database, so a stolen database is not enough to test guesses of a text.
"""

import hmac
from collections.abc import Sequence
from hashlib import sha256

PURPOSE = b"chatserver first form"
KEY_ID_BYTES = 8
BLOCK = 64  # bytes of a block of SHA-256


class TextDigests:
    """Makes digests with the first of SECRET_KEYS and recognizes those of all.

    A digest is 8 bytes that name the key, and HMAC-SHA256 of the client id and the text. PostgreSQL computes it, since
    only it has the text; it knows no HMAC, but that is two hashes of padded keys (RFC 2104): `parameters` are these.
    """

    def __init__(self, secret_keys: Sequence[str]) -> None:
        keys = [hmac.digest(key.encode(), PURPOSE, "sha256") for key in secret_keys]
        self._keys = {sha256(key).digest()[:KEY_ID_BYTES]: key for key in keys}
        key_id, newest = next(iter(self._keys.items()))
        padded = newest.ljust(BLOCK, b"\0")
        self.parameters = {
            "key_id": key_id,
            "inner_key": bytes(byte ^ 0x36 for byte in padded),
            "outer_key": bytes(byte ^ 0x5C for byte in padded),
        }

    def of(self, client_id: str, text: str) -> bytes:
        """Returns the digest of a text, as PostgreSQL would make it."""
        key_id = next(iter(self._keys))
        return key_id + hmac.digest(self._keys[key_id], (client_id + text).encode(), "sha256")

    def matches(self, digest: bytes, client_id: str, text: str) -> bool:
        """Whether the digest is this text's.

        True if its key is no longer among SECRET_KEYS: an honest repeat must not be refused.
        """
        key = self._keys.get(digest[:KEY_ID_BYTES])
        if key is None:
            return True
        return hmac.compare_digest(digest[KEY_ID_BYTES:], hmac.digest(key, (client_id + text).encode(), "sha256"))
