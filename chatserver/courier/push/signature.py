"""Tells push services who sends: a token signed once for each service and key, and used for half a day (RFC 8292)."""

import time

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from yarl import URL

LIFE, REUSED = 20 * 3600, 12 * 3600  # seconds; services take a day at most


class Signatures:
    """Signs for the push services of a process."""

    def __init__(self, keys: dict[str, EllipticCurvePrivateKey], subject: str) -> None:
        """`keys` are the private keys by their public ones."""
        self._keys = keys
        self._subject = subject
        self._made: dict[tuple[str, str], tuple[float, str]] = {}

    def header(self, endpoint: URL, public: str) -> str | None:
        """Returns the Authorization for a service under a key; None for a key that we have no more."""
        if public not in self._keys:
            return None
        service, now = str(endpoint.origin()), time.time()
        made_at, header = self._made.get((service, public), (0.0, ""))
        if not 0 <= now - made_at < REUSED:
            claims = {"aud": service, "exp": int(now) + LIFE, "sub": self._subject}
            token = jwt.encode(claims, self._keys[public], algorithm="ES256")
            header = f"vapid t={token}, k={public}"
            self._made[service, public] = now, header
        return header
