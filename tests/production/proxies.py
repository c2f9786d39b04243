"""haproxy and both nginx servers, with the files of deploy/."""

import grp
import ssl
import subprocess
from pathlib import Path

from tests.production.files import Rendering, command, render
from tests.production.machine import Machine
from tests.production.programs import program


class Proxies(Machine):
    ports: dict[str, int]

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

    def start_nginx(self) -> None:
        """Debian's nginx.conf is not used, since it needs /etc, /run and /var."""
        for main in (self.write_nginx(self.folder / "nginx"), self.write_nginx_alone(self.folder / "nginx-alone")):
            self.run(main.parent.name, program("nginx"), "-p", main.parent, "-c", main, "-g", "daemon off;")

    def write_nginx(self, place: Path) -> Path:
        """Writes the configuration of the nginx that trusts haproxy at 127.0.0.1."""
        self._write_nginx_site(place, "behind-haproxy.conf").replace(
            ("listen 8080;", f"listen 127.0.0.1:{self.ports['nginx']};"),
            ("listen [::]:8080;", f"listen [::1]:{self.ports['nginx']};"),
            ("listen 8081;", f"listen 127.0.0.1:{self.ports['checks']};"),
            ("listen [::]:8081;", f"listen [::1]:{self.ports['checks']};"),
            ("set_real_ip_from 10.0.0.1", "set_real_ip_from 127.0.0.1"),
        ).write()
        return self._write_nginx_rest(place)

    def write_nginx_alone(self, place: Path) -> Path:
        """Writes the configuration of docs/deploy.md, with TLS."""
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
            ("root /var/www/chatserver", f"root {self.folder}/static"),
            ("alias /var/lib/chatserver/files/", f"alias {self.folder}/files/"),
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

    def start_haproxy(self) -> None:
        self.run("haproxy", program("haproxy"), "-db", "-f", self.write_haproxy(), as_user=False)

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
