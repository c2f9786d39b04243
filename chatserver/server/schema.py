"""Brings the schema to this version: applies the migrations, then fills the columns that SQL cannot compute."""

from chatserver.accounts.skeletons import fill_all_skeletons
from chatserver.database import migrations


def migrate(database_url: str) -> list[str]:
    """Migrates the database and returns the names of the applied migrations. Raises MigrationError."""
    return migrations.migrate(database_url, fill_all_skeletons)
