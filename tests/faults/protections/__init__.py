"""Each protection with the change that disables it and the test that then fails; a file for each package."""

from tests.faults.protections import (
    accounts,
    bus,
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
