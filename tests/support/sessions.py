"""The sessions of people in Redis."""

import hashlib

from chatserver.config.settings import Config
from tests.support.people import Person


def token_of(person: Person) -> str:
    return person.session.value


def key_of(config: Config, token: str) -> str:
    return f"{config.redis_prefix}session:{hashlib.sha256(token.encode()).hexdigest()}"
