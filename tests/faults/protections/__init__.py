"""Each protection with the change that disables it and the test that then fails; a file for each package.

Changes of messages have a file of their own.
"""

from tests.faults.protections import (
    accounts,
    bus,
    changes,
    config,
    conversations,
    database,
    development,
    pages,
    queries,
    realtime,
    server,
    web,
)

PROTECTIONS = [
    row
    for package in (
        accounts,
        bus,
        changes,
        config,
        conversations,
        database,
        development,
        pages,
        queries,
        realtime,
        server,
        web,
    )
    for row in package.PROTECTIONS
]
