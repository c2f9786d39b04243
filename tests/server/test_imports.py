"""What a worker does not import, since it would take memory in every process that serves."""

import subprocess
import sys

FOR_OTHERS = (  # the courier, the command line, the process that encodes pictures, development
    *("chatserver.cli", "chatserver.courier", "chatserver.development", "chatserver.imports"),
    *("PIL", "aiosmtplib", "email.mime", "multiprocessing", "obstore", "smtplib", "sqlite3", "unittest"),
)


def test_a_worker_imports_nothing_that_only_other_processes_need() -> None:
    started = "import sys, chatserver.server.app, chatserver.server.worker"
    command = [sys.executable, "-c", f"{started}; print(*sys.modules)"]
    modules = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "chatserver.web.routes" in modules
    assert [module for module in modules if module.startswith(FOR_OTHERS)] == []
