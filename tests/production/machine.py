"""Programs in one folder, and their logs."""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.world import World


class Machine(World):
    """Programs keep all their files in `folder`; if we are root, they run as `user`."""

    folder: Path
    user: pwd.struct_passwd
    _running: dict[str, subprocess.Popen[bytes]]

    def run(self, name: str, *command: object, as_user: bool = True, **options: Any) -> None:
        """Starts a program that stays in the foreground."""
        who: dict[str, Any] = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        if as_user and os.geteuid() == 0:
            options = who | options
        with (self.folder / "logs" / f"{name}.log").open("ab") as log:
            program: subprocess.Popen[Any] = subprocess.Popen(
                [str(part) for part in command], stdout=log, stderr=log, **({"cwd": self.folder} | options)
            )
        self._running[name] = program

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> float:
        """Returns the seconds it took."""
        start = time.monotonic()
        process = self._running.pop(name)
        process.send_signal(how)
        process.wait(40)
        return time.monotonic() - start

    def process(self, name: str) -> subprocess.Popen[bytes]:
        return self._running[name]

    def log(self, name: str) -> str:
        return (self.folder / "logs" / f"{name}.log").read_text(errors="replace")

    def _give_away(self) -> None:
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def once(self, *command: object) -> str:
        who: dict[str, Any] = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            **(who if os.geteuid() == 0 else {}),
        )
        assert done.returncode == 0, done.stderr
        return str(done.stdout)

    def shell(self, script: str, *changes: tuple[str, object], **settings: object) -> str:
        """Runs commands of a document as the present user, in the folder."""
        for old, new in changes:
            assert old in script, f"{old} is not in {script}"
            script = script.replace(old, str(new))
        environ = {**os.environ, **{name: str(value) for name, value in settings.items()}}
        done = subprocess.run(
            ["bash", "-euc", script], cwd=self.folder, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, script + done.stdout + done.stderr
        return done.stdout

    def wait_for(self, attempt: Callable[[], object], patience: float = 20) -> None:
        end = time.monotonic() + patience
        while True:
            try:
                attempt()
            except Exception:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
            else:
                return
