"""Wires the application; contains no other logic. gunicorn finds it through `chatserver.gunicorn_conf`."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import aiohttp_jinja2
import aiohttp_session
from aiohttp import web

from chatserver.accounts.accounts import Accounts
from chatserver.accounts.login_limits import LoginLimits
from chatserver.accounts.passwords import Hasher, common_passwords
from chatserver.bus.client import connect_redis
from chatserver.bus.publisher import Publisher
from chatserver.bus.subscriber import Subscriber
from chatserver.config.load import load_config
from chatserver.config.settings import Config
from chatserver.conversations.message_store import MessageStore
from chatserver.conversations.read_markers import ReadMarkers
from chatserver.conversations.threads import Thread, ThreadRequest, find_threads
from chatserver.database.batcher import Batcher
from chatserver.database.client import Database
from chatserver.database.queries import load_queries
from chatserver.database.startup import wait_for_database
from chatserver.exports.jobs import Exports
from chatserver.realtime.dispatcher import Dispatcher
from chatserver.realtime.gap_repair import GapRepair
from chatserver.realtime.handshake import Handshake
from chatserver.realtime.heartbeat import keep_beating
from chatserver.realtime.hub import Hub
from chatserver.realtime.presence.poller import PresencePoller
from chatserver.realtime.rate_limits import rates_of
from chatserver.realtime.services import SocketServices
from chatserver.realtime.session_checks import SessionChecks
from chatserver.realtime.sockets import Sockets
from chatserver.server import metrics_endpoint as exporter
from chatserver.server.gauges import Sampler
from chatserver.telemetry.loop_lag import LoopLag
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

log = logging.getLogger(__name__)

GOODBYE = 1.0  # seconds for the background tasks to end
RESTART_PAUSE = 1.0  # seconds
THREADS_AT_ONCE = 100  # threads that one query loads: clients open many at once after a restart


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
        ],
        client_max_size=config.max_frame_bytes or 2**63,
    )
    app[keys.CONFIG] = config
    app[keys.SITE] = Site(config)
    app[keys.RATES] = rates_of(config)
    app[keys.NOTICES] = Notices()
    app[keys.REDIS] = redis
    app[keys.SESSIONS] = sessions
    app[keys.LOGIN_LIMITS] = LoginLimits(redis, config)
    app[aiohttp_jinja2.APP_KEY] = environment()
    add_routes(app)
    app.on_response_prepare.append(set_headers)
    app.cleanup_ctx.append(_services)
    app.cleanup_ctx.append(exporter.serve)
    app.on_shutdown.append(_close_sockets)
    return app


async def _services(app: web.Application) -> AsyncIterator[None]:
    """Runs what lives as long as the process: PostgreSQL, batchers, background tasks. Ends after the last commit."""
    config, redis = app[keys.CONFIG], app[keys.REDIS]
    database = app[keys.DB] = await wait_for_database(config)
    app[keys.ACCOUNTS] = Accounts(database, Hasher(config.hashing_threads, config.hashing_queue), config.origins)
    app[keys.EXPORTS] = Exports(database, app[keys.SESSIONS].session_index, config.export_lifetime)
    publisher = app[keys.PUBLISHER] = Publisher(redis, config.redis_prefix, config.redis_timeout)
    message_store = app[keys.MESSAGE_STORE] = MessageStore(
        database, publisher, config.batch_messages, config.waiting_messages
    )
    read_markers = app[keys.READ_MARKERS] = ReadMarkers(database, publisher, config.announce_people)
    try:
        await publisher.open()
    except asyncio.CancelledError:  # asked to stop during start-up
        await database.close()
        raise
    async with _realtime(app, database) as presence:
        yield
        await message_store.drain()
        await read_markers.drain()
        await publisher.close()
    await presence.last_online.close()
    await database.close()
    await redis.aclose()


@asynccontextmanager
async def _realtime(app: web.Application, database: Database) -> AsyncIterator[PresencePoller]:
    """Starts the sockets, their shared services, and the background tasks."""
    config, redis = app[keys.CONFIG], app[keys.REDIS]
    publisher, message_store = app[keys.PUBLISHER], app[keys.MESSAGE_STORE]
    hub = Hub()
    thread_loader: Batcher[ThreadRequest, Thread] = Batcher(partial(find_threads, database), THREADS_AT_ONCE, 0)
    presence = PresencePoller(redis, config, lambda: hub.users)
    services = SocketServices(
        config,
        database,
        message_store,
        app[keys.READ_MARKERS],
        publisher,
        thread_loader,
        presence.watchers,
        presence.last_online,
        app[keys.RATES],
    )
    subscriber = Subscriber(
        redis, config.redis_prefix, ping_interval=config.redis_ping_interval, silence=config.redis_silence
    )
    sockets = app[keys.SOCKETS] = Sockets(services, hub, subscriber)
    app[keys.HANDSHAKE] = Handshake(services, hub)
    session_checks = SessionChecks(config.session_recheck, sockets.connections, app[keys.SESSIONS].ended)
    repair = GapRepair(database, config.repair_interval, lambda: hub.users, hub.deliver)
    dispatcher = Dispatcher(hub, repair, session_checks)
    works: list[Callable[[], Awaitable[None]]] = [
        partial(subscriber.run, dispatcher.on_event, dispatcher.on_connection),
        repair.run,
        presence.run,
        partial(keep_beating, config, sockets.connections),
        session_checks.run,
        app[keys.EXPORTS].run,
        Sampler(sockets, message_store, publisher, database.pool, lambda: subscriber.live).run,
        LoopLag(config.loop_lag_warning).run,
    ]
    tasks = [asyncio.create_task(keep_running(work)) for work in works]
    yield presence
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=GOODBYE)


async def keep_running(work: Callable[[], Awaitable[None]]) -> None:
    """Logs and restarts a background task that fails unexpectedly; otherwise sockets would hang without any error."""
    while True:
        try:
            return await work()
        except Exception:
            log.exception("%s failed", work)
            await asyncio.sleep(RESTART_PAUSE)


async def _close_sockets(app: web.Application) -> None:
    await app[keys.SOCKETS].close_all()
