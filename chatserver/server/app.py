"""Makes the application: its services, middlewares and routes. gunicorn finds it through `chatserver.gunicorn_conf`."""

import aiohttp_jinja2
import aiohttp_session
from aiohttp import web

from chatserver.accounts.login_limits import LoginLimits
from chatserver.accounts.passwords import common_passwords
from chatserver.bus.client import connect_redis
from chatserver.config.load import load_config
from chatserver.config.settings import Config
from chatserver.database.queries import load_queries
from chatserver.notifications.vapid import public_keys
from chatserver.realtime.rate_limits import rates_of
from chatserver.server import metrics_endpoint
from chatserver.server.services import run_services
from chatserver.sso.tokens import TokenVerifier
from chatserver.telemetry.trace import trace
from chatserver.web import app_keys as keys
from chatserver.web.access_log import account_for
from chatserver.web.compression import compress
from chatserver.web.middlewares import errors, language, serve_socket, set_headers
from chatserver.web.notices import Notices
from chatserver.web.rendering.pages import environment
from chatserver.web.routes import add_routes
from chatserver.web.sessions import SessionStorage
from chatserver.web.site import Site
from chatserver.web.static_files import static_files
from chatserver.web.v1.door import require_key


def read_files() -> None:
    """Reads all files that would otherwise be read at their first use, before workers are forked from this process.

    The workers then run one version even if an update replaces the files meanwhile. Catalogues are read at import,
    migrations at the first check of the schema.
    """
    environment()
    static_files()
    load_queries()
    common_passwords()


async def create_app(config: Config | None = None) -> web.Application:
    """Creates the application, by default with the settings of the environment. Raises ConfigError."""
    config = config or load_config()
    trace.on = bool(config.trace)
    redis = connect_redis(config)
    sessions = SessionStorage(redis, config)
    app = web.Application(
        # `account_for` logs the handshake before `serve_socket` serves the socket. `errors` runs twice: inside the
        # session middleware (error pages need its cookie) and outside it (to catch its own failures).
        middlewares=[
            serve_socket,
            account_for,
            compress,
            language,
            errors,
            aiohttp_session.session_middleware(sessions),
            errors,
            require_key,
        ],
        client_max_size=config.max_frame_bytes or 2**63,
    )
    app[keys.CONFIG] = config
    app[keys.SITE] = Site(config)
    app[keys.RATES] = rates_of(config)
    app[keys.NOTICES] = Notices()
    app[keys.REDIS] = redis
    app[keys.SESSIONS] = sessions
    app[keys.TOKEN_VERIFIER] = TokenVerifier(config)
    app[keys.VAPID_KEYS] = public_keys(config.vapid_keys)
    app[keys.LOGIN_LIMITS] = LoginLimits(redis, config)
    app[aiohttp_jinja2.APP_KEY] = environment()
    add_routes(app)
    app.on_response_prepare.append(set_headers)
    app.cleanup_ctx.append(run_services)
    app.cleanup_ctx.append(metrics_endpoint.serve)
    app.on_shutdown.append(_close_sockets)
    return app


async def _close_sockets(app: web.Application) -> None:
    await app[keys.SOCKETS].close_all()
