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
        "development/test_embedded_holders.py::test_no_process_of_a_holder_that_may_be_alive_is_signaled",
    ),
    Protection(
        "Our own servers ignore libpq's settings",
        "chatserver/development/embedded/environment.py",
        """        del os.environ[name]
""",
        """        os.environ[name] = os.environ[name]
""",
        "development/test_embedded.py::test_a_developers_settings_for_other_servers_do_not_apply_to_ours",
    ),
]
