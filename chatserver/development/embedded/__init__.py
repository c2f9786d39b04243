"""Embedded PostgreSQL and Valkey for development and tests: on Unix sockets only, and they end with this process.

Uses only the programs in the wheels: their Python code leaks processes and, as root, loosens the permissions of
folders.
"""

from chatserver.development.embedded.environment import forget_libpq_settings
from chatserver.development.embedded.errors import EmbeddedError
from chatserver.development.embedded.holder import end_orphans, running
from chatserver.development.embedded.servers import EmbeddedServers

__all__ = ["EmbeddedError", "EmbeddedServers", "end_orphans", "forget_libpq_settings", "running"]
