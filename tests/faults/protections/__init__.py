"""The protections, each with the change that disables it and the test that then fails; one file for each package.

Changes of messages, groups, what newcomers see of them, and what is for other sites have files of their own.
"""

from tests.faults.protections import (
    accounts,
    attached,
    bus,
    changes,
    config,
    conversations,
    courier,
    database,
    development,
    embedding,
    files,
    groups,
    imports,
    newcomers,
    notifications,
    pages,
    queries,
    realtime,
    search,
    server,
    sites,
    web,
)

PROTECTIONS = [
    row
    for package in (
        accounts,
        attached,
        bus,
        changes,
        config,
        conversations,
        courier,
        database,
        development,
        embedding,
        files,
        groups,
        imports,
        newcomers,
        notifications,
        pages,
        queries,
        realtime,
        search,
        server,
        sites,
        web,
    )
    for row in package.PROTECTIONS
]
