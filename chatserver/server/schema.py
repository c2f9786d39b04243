"""Brings the schema to this version: the migrations, and then what SQL cannot compute."""

from chatserver.accounts.skeletons import fill_all_skeletons
from chatserver.database import migrations


def migrate(database_url: str) -> list[str]:
    """Returns the names of the migrations applied. Raises MigrationError."""
    return migrations.migrate(database_url, fill_all_skeletons)
