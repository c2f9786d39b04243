"""PostgreSQL: the client, batches of statements, migrations."""
