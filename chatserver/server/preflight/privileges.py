"""Checks what the database user may do."""

from collections.abc import Iterator

from psycopg2.extensions import connection as Connection  # noqa: N812

PRIVILEGES = ("select", "insert", "update", "delete")
READ_ONLY_TABLES = {"migrations"}
OUR_TABLES = """\
select current_user, relname, oid from pg_class where relkind = 'r' and relnamespace =
(select relnamespace from pg_class where oid = 'migrations'::regclass) order by relname"""


def privilege_problems(connection: Connection) -> Iterator[str]:
    """Checks that the database takes writes, and this user's privileges in each of our tables."""
    cursor = connection.cursor()
    cursor.execute("show transaction_read_only")
    if cursor.fetchone() == ("on",):
        yield (
            "PostgreSQL takes no writes: name the primary in DATABASE_URL, or all hosts and "
            "target_session_attrs=read-write."
        )
    cursor.execute(OUR_TABLES)
    for user, table, oid in cursor.fetchall():
        missing = []
        for privilege in PRIVILEGES[:1] if table in READ_ONLY_TABLES else PRIVILEGES:
            cursor.execute("select has_table_privilege(%s::oid, %s)", [oid, privilege])
            if cursor.fetchone() == (False,):
                missing.append(privilege)
        if missing:
            names = ", ".join(missing)
            yield f"{user} may not {names} in the table {table}: as its owner, GRANT {names} ON {table} TO {user}."
