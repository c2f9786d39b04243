"""haproxy → nginx → gunicorn, two instances of two workers → PostgreSQL and Redis, on loopback, in one folder.

Beside it an nginx as it is on a single server, with TLS and nothing in front, for the same instances.
"""

import asyncio
import contextlib
import grp
import json
import os
import pwd
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import psycopg2
from aiohttp.test_utils import unused_port
from redis import Redis

from tests.faults.world import ROOT, World
from tests.production.files import Rendering, command, render
from tests.production.programs import program

SECRET = "a-secret-of-the-production-test"
ADMINISTRATOR = "the-administrator-of-redis"
PORTS = ["haproxy", "plain", "nginx", "checks", "alone", "alone_plain", "one", "two", "naive", "postgres", "redis"]
ORIGIN_ADDRESSES = {1: "127.0.0.1", 2: "127.0.0.2"}  # an instance on each


class Stage(World):
    """`url` is haproxy's, with TLS; people talk through it. `cut_url`, the other way to the same chat, is that of the
    nginx without haproxy. The last lines of every log are kept in `folder`.
    """

    python = sys.executable

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.talkers, self.listeners, self.first_sent = [], [], {}
        self._tasks = []
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.ports = {name: unused_port() for name in PORTS}
        self.url = f"https://localhost:{self.ports['haproxy']}"
        self.cut_url = f"https://localhost:{self.ports['alone']}"
        self.user = ordinary_user()
        self.owner_url = self.database("chatserver_owner", f"{SECRET}-owner", self.ports["postgres"])
        self.database_url = self.database("chatserver", SECRET, self.ports["postgres"])
        self.servers: Any = SimpleNamespace(database_url=self.owner_url)  # for the checker
        self.redis_url = f"redis://chatserver:{SECRET}@127.0.0.1:{self.ports['redis']}/0"

    def database(self, user: str, password: str, port: int) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{port}/chatserver"

    # -- starting and stopping ----------------------------------------------------------------------------------------

    async def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        for name in ("logs", "run", "run/1", "run/2", "static", "postgres", "redis", "nginx", "nginx-alone", "haproxy"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.make_certificate()
        self._give_away()
        self.start_postgres()
        self.start_redis()
        self.write_settings()
        self.chatserver("migrate", DATABASE_URL=self.owner_url)
        self.chatserver("static", str(self.folder / "static"))
        assert self.check() == (0, "All is well.\n")
        for number in (1, 2):
            self.start_instance(number)
        self.start_nginx()
        self.start_haproxy()
        await self.ready()

    async def stop(self) -> None:
        await self.everyone_leaves()
        for name in reversed(list(self._running)):
            self.end(name, signal.SIGINT if name.startswith("postgres") else signal.SIGTERM)

    async def everyone_leaves(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self.talkers.clear()
        self.listeners.clear()

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

    # -- the parts ----------------------------------------------------------------------------------------------------

    def make_certificate(self) -> None:
        certificate, key = self.folder / "certificate.pem", self.folder / "key.pem"
        subprocess.run(
            [program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,DNS:*.localhost,IP:127.0.0.1,IP:::1"],
            check=True, capture_output=True,
        )  # fmt: skip
        (self.folder / "haproxy" / "chatserver.pem").write_text(certificate.read_text() + key.read_text())
        self.trust = ssl.create_default_context(cafile=certificate)

    def start_postgres(self, name: str = "postgres", port: int | None = None) -> None:
        data, port = self.folder / name / "data", port or self.ports["postgres"]
        fresh = not data.exists()
        if fresh:
            self.once(program("initdb"), "-D", data, "-U", "postgres", "-A", "scram-sha-256", "--locale", "C.UTF-8",
                      "--auth-local", "trust", "-E", "UTF8")  # fmt: skip
        self.run(name, program("postgres"), "-D", data, "-p", port, "-k", self.folder / "run", "-h", "127.0.0.1")
        self.wait_for(lambda: psycopg2.connect(host=str(self.folder / "run"), port=port, user="postgres").close())
        if fresh:
            psql = [program("psql"), "-q", "-h", self.folder / "run", "-p", port, "-U", "postgres"]
            passwords = ["-v", f"owner_password={SECRET}-owner", "-v", f"password={SECRET}"]
            self.once(*psql, *passwords, "-f", render("postgresql.sql", self.folder / "postgresql.sql").write())

    def start_redis(self, name: str = "redis", port: int | None = None, password: str = SECRET) -> str:
        """Returns its address for the chat. With a name it had before it goes on with its configuration and data."""
        path, port = self.folder / name / "redis.conf", port or self.ports["redis"]
        if not path.exists():
            render("redis.conf", path).replace(
                ("change-me-redis", password),
                ("change-me-administrator", ADMINISTRATOR),
                ("dir /var/lib/chatserver-redis", f"dir {path.parent}"),
            ).write()
            self._give_away()
        self.run(name, program("redis-server"), path, "--port", port)
        self.wait_for(lambda: Redis(port=port, username="administrator", password=ADMINISTRATOR).ping())
        return f"redis://chatserver:{password}@127.0.0.1:{port}/0"

    def write_settings(self, **more: object) -> None:
        """The sample's settings with our secrets; and our own connections to haproxy and Redis."""
        path = self.folder / "chatserver.env"
        example = render("chatserver.env.example", path).replace(
            ("postgresql://chatserver:change-me-database@127.0.0.1:5432/chatserver", self.database_url),
            ("redis://chatserver:change-me-redis@127.0.0.1:6380/0", self.redis_url),
            ("change-me-secret-key", f"{SECRET}-key"),
            ("change-me-api-key", f"{SECRET}-api"),
            ("https://chat.example.org", f"{self.url}, {self.cut_url}"),
            ("TRUSTED_PROXIES=unix", "TRUSTED_PROXIES=unix, 127.0.0.0/8"),
        )
        example.write()
        with path.open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in more.items())

    @property
    def environ(self) -> dict[str, str]:  # type: ignore[override]
        return {**os.environ, "CONFIG_FILE": str(self.folder / "chatserver.env")}

    def start_instance(self, number: int) -> None:
        port = self.ports["one" if number == 1 else "two"]
        bind = f"unix:{self.folder}/run/{number}/http.sock,{ORIGIN_ADDRESSES[number]}:{port}"
        # As ourselves, since Python may be where nobody else can read; its group is nginx's.
        group = {"group": self.user.pw_gid} if os.geteuid() == 0 else {}
        command = [self.python, "-m", "gunicorn", "--config", self._write_gunicorn_conf(), "--access-logfile", "-"]
        environ = {**self.environ, "BIND": bind}
        self.run(f"gunicorn-{number}", *command, as_user=False, cwd=ROOT, env=environ, **group)

    def _write_gunicorn_conf(self) -> Path:
        """The real one, but that every request leaves a line with its whole address: to be counted."""
        path = self.folder / "gunicorn.conf.py"
        path.write_text(
            f"exec(open({str(ROOT / 'deploy' / 'gunicorn.conf.py')!r}).read())\n"
            "logconfig_dict['loggers']['gunicorn.access'] = {'level': 'INFO', 'propagate': True}\n"
        )
        return path

    def start_nginx(self) -> None:
        """Debian's nginx.conf is not used: it wants /etc, /run and /var for itself."""
        for main in (self.write_nginx(self.folder / "nginx"), self.write_nginx_alone(self.folder / "nginx-alone")):
            self.run(main.parent.name, program("nginx"), "-p", main.parent, "-c", main, "-g", "daemon off;")

    def write_nginx(self, place: Path) -> Path:
        """One that believes haproxy, which is at 127.0.0.1."""
        self._write_nginx_site(place, "behind-haproxy.conf").replace(
            ("listen 8080;", f"listen 127.0.0.1:{self.ports['nginx']};"),
            ("listen [::]:8080;", f"listen [::1]:{self.ports['nginx']};"),
            ("listen 8081;", f"listen 127.0.0.1:{self.ports['checks']};"),
            ("listen [::]:8081;", f"listen [::1]:{self.ports['checks']};"),
            ("set_real_ip_from 10.0.0.1", "set_real_ip_from 127.0.0.1"),
        ).write()
        return self._write_nginx_rest(place)

    def write_nginx_alone(self, place: Path) -> Path:
        """The one of docs/deploy.md, with TLS."""
        site = self._write_nginx_site(place, "site.conf").replace(
            ("/etc/chatserver/tls/fullchain.pem", self.folder / "certificate.pem"),
            ("/etc/chatserver/tls/privkey.pem", self.folder / "key.pem"),
        )
        path = site.write()
        choose_http2 = command("deploy.md", "http2").replace("/etc/nginx/sites-available/chatserver", str(path))
        subprocess.run(["sh", "-euc", choose_http2.replace("nginx -v", f"{program('nginx')} -v")], check=True)
        Rendering(path.read_text(), path).replace(
            ("listen 80;", f"listen 127.0.0.1:{self.ports['alone_plain']};"),
            ("listen [::]:80;", f"listen [::1]:{self.ports['alone_plain']};"),
            ("listen 443 ", f"listen 127.0.0.1:{self.ports['alone']} "),
            ("listen [::]:443 ", f"listen [::1]:{self.ports['alone']} "),
        ).write()
        render("nginx/tls.conf", place / "snippets" / "chatserver-tls.conf").write()
        return self._write_nginx_rest(place)

    def _write_nginx_site(self, place: Path, name: str) -> Rendering:
        return render(f"nginx/{name}", place / "site.conf").replace(("chat.example.org", "localhost"))

    def _write_nginx_rest(self, place: Path) -> Path:
        render("nginx/http.conf", place / "http.conf").replace(
            ("/run/chatserver", self.folder / "run"), ('# "" "max-age', '"" "max-age')
        ).write()
        render("nginx/locations.conf", place / "snippets" / "chatserver.conf").replace(
            ("root /var/www/chatserver", f"root {self.folder}/static")
        ).write()
        render("nginx/proxy.conf", place / "snippets" / "chatserver-proxy.conf").write()
        render("nginx/headers.conf", place / "snippets" / "chatserver-headers.conf").write()
        run = self.folder / "run" / place.name
        temporary = "".join(
            f"{what}_temp_path {run}-{what};\n" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        main = place / "nginx.conf"
        main.write_text(
            f"pid {run}.pid;\nerror_log stderr;\nevents {{ worker_connections 4096; }}\n"
            f"http {{\n{temporary}access_log {self.folder}/logs/{place.name}-access.log;\n"
            "include /etc/nginx/mime.types;\ninclude http.conf;\ninclude site.conf;\n}\n"
        )
        return main

    def write_haproxy(self) -> Path:
        return (
            render("haproxy.cfg", self.folder / "haproxy" / "haproxy.cfg")
            .replace(
                ("/run/haproxy/admin.sock", self.folder / "run" / "haproxy.sock"),
                ("/etc/haproxy/chatserver.pem", self.folder / "haproxy" / "chatserver.pem"),
                ("user haproxy", f"user {self.user.pw_name}"),
                ("group haproxy", f"group {grp.getgrgid(self.user.pw_gid).gr_name}"),
                ("maxconn 100000", "maxconn 2000"),
                ("bind :443", f"bind 127.0.0.1:{self.ports['haproxy']}"),
                ("bind :::443 v6only", f"bind ::1:{self.ports['haproxy']} v6only"),
                ("bind :80", f"bind 127.0.0.1:{self.ports['plain']}"),
                ("bind :::80 v6only", f"bind ::1:{self.ports['plain']} v6only"),
                # Each of the two machines has one instance here, under both names, and they share one nginx.
                ("10.0.0.11:8001", f"127.0.0.1:{self.ports['one']}"),
                ("10.0.0.11:8002", f"127.0.0.1:{self.ports['one']}"),
                ("10.0.0.12:8001", f"127.0.0.2:{self.ports['two']}"),
                ("10.0.0.12:8002", f"127.0.0.2:{self.ports['two']}"),
                ("10.0.0.11:8080", f"127.0.0.1:{self.ports['nginx']}"),
                ("10.0.0.12:8080", f"127.0.0.1:{self.ports['nginx']}"),
                ("port 8081", f"port {self.ports['checks']}"),
            )
            .write()
        )

    def start_haproxy(self) -> None:
        self.run("haproxy", program("haproxy"), "-db", "-f", self.write_haproxy(), as_user=False)

    # -- what is done with them ---------------------------------------------------------------------------------------

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
        """Runs commands of a document, as ourselves, in our folder."""
        for old, new in changes:
            assert old in script, f"{old} is not in {script}"
            script = script.replace(old, str(new))
        environ = {**os.environ, **{name: str(value) for name, value in settings.items()}}
        done = subprocess.run(
            ["bash", "-euc", script], cwd=self.folder, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, script + done.stdout + done.stderr
        return done.stdout

    def chatserver(self, *arguments: str, **settings: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "chatserver", *arguments],
            cwd=ROOT, env={**self.environ, **settings}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return str(done.stdout)

    def check(self, **settings: str) -> tuple[int, str]:
        """What `python -m chatserver check` says."""
        done = subprocess.run(
            [self.python, "-m", "chatserver", "check"],
            cwd=ROOT, env={**self.environ, **settings}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

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

    async def ready(self, patience: float = 40) -> float:
        """Until the pages come through all of it."""
        return await self.answers(f"{self.url}/messages/sign-in/", patience)

    async def instance_ready(self, number: int) -> float:
        port = self.ports["one" if number == 1 else "two"]
        return await self.answers(f"http://{ORIGIN_ADDRESSES[number]}:{port}/readyz", 40)

    async def answers(self, url: str, patience: float) -> float:
        start = time.monotonic()
        async with aiohttp.ClientSession() as http, asyncio.timeout(patience):
            while True:
                for name, process in self._running.items():
                    assert process.poll() is None, f"{name} has ended: {self.log(name)[-1000:]}"
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    async with http.get(url, ssl=self.trust) as response:
                        if response.status == 200:
                            return time.monotonic() - start
                await asyncio.sleep(0.05)

    async def restart(self, number: int) -> float:
        """One instance; the others go on. Returns the seconds it took to end."""
        took = await asyncio.to_thread(self.end, f"gunicorn-{number}")
        self.start_instance(number)
        await self.instance_ready(number)
        return took

    async def restart_with(self, **settings: object) -> None:
        """Both instances, with some settings changed."""
        self.write_settings(**settings)
        for number in (1, 2):
            await self.restart(number)
        await self.ready()

    async def provision(self, **numbers: int) -> dict[str, Any]:
        """In development's name, since production refuses it."""
        arguments = [part for name, number in numbers.items() for part in (f"--{name}", str(number))]
        made = json.loads(await asyncio.to_thread(self.chatserver, "provision", *arguments, APP_ENV="development"))
        for user in made["users"]:
            user["cookie"] = f"__Host-{user['cookie']}"
        return dict(made)


def ordinary_user() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
