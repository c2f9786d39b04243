"""A Django site with TLS of its own beside the whole stack: gunicorn behind an nginx, on another port of the host."""

import json
import secrets
import sys

from playwright.async_api import Browser

from tests.browser.django_story import talk_at_the_site
from tests.production.programs import program
from tests.production.stage import Stage
from tests.support.django_site import DJANGO_SITE, SECRET, manage
from tests.support.ports import unused_port

NGINX = """pid {run}.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
{temporary}access_log off;
server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    location / {{
        proxy_pass http://127.0.0.1:{behind};
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-Proto https;
    }}
}}
}}
"""


async def test_people_of_a_django_site_talk_through_the_whole_stack(
    stage: Stage, browser: Browser, restored: None
) -> None:
    del restored
    port, behind = unused_port(), unused_port()
    site = f"https://localhost:{port}"
    beside = {"SSO_KEYS": f"site:HS256:{SECRET}", "SSO_URL": f"{site}/chat/", "SSO_ONLY": 1, "EMBED_ORIGINS": site}
    await stage.restart_with(**beside, SITE_URL=f"{site}/")
    environ = {
        **stage.environ,
        "CHAT_URL": stage.url,
        "CHAT_SECRET": SECRET,
        "CHAT_KEY": json.loads(stage.chatserver("key", "create", "site"))["key"],
        "SITE_SECRET": secrets.token_urlsafe(32),
        "SITE_DATABASE": str(stage.folder / "site.sqlite3"),
        "SSL_CERT_FILE": str(stage.folder / "certificate.pem"),
    }
    await manage(DJANGO_SITE, environ, "migrate", "-v", "0")
    await manage(DJANGO_SITE, environ, "shell", "-v", "0", "-c", "from mysite.people import make; make()")
    gunicorn = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{behind}", "mysite.wsgi"]
    stage.run("django", *gunicorn, as_user=False, cwd=DJANGO_SITE, env=environ)
    place = stage.folder / "nginx-django.conf"
    run = stage.folder / "run" / "nginx-django"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {run}-{kind};\n" for kind in kinds)
    place.write_text(NGINX.format(run=run, temporary=temporary, port=port, behind=behind, folder=stage.folder))
    stage.run("nginx-django", program("nginx"), "-p", stage.folder, "-c", place, "-g", "daemon off;")
    try:
        await stage.answers(f"{site}/", 20)
        await talk_at_the_site(browser, site, stage.url)
    finally:
        for name in ("nginx-django", "django"):
            stage.end(name)
        stage.chatserver("key", "end", "site")
