"""Protections in `chatserver/development`."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "Only a process that is certainly ours is signaled",
        "chatserver/development/embedded/processes.py",
        """    if not noted or not here or not noted.startswith(f"{here} "):
        return Fate.UNKNOWN
""",
        "",
        "development/test_embedded_holders.py::test_of_a_holder_that_is_not_surely_dead_nothing_is_signalled",
    ),
    Protection(
        "Our own servers ignore libpq's settings",
        "chatserver/development/embedded/environment.py",
        """        del os.environ[name]
""",
        """        os.environ[name] = os.environ[name]
""",
        "development/test_embedded.py::test_what_a_developer_set_for_other_servers_does_not_count_for_ours",
    ),
]
