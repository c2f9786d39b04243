"""Wires what lives as long as a process; contains no other logic."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

from aiohttp import web

from chatserver.accounts.accounts import Accounts
from chatserver.accounts.api_keys import ApiKeys
from chatserver.accounts.passwords import Hasher
from chatserver.bus.publisher import Publisher
from chatserver.bus.subscriber import Subscriber
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.change_store import ChangeStore
from chatserver.conversations.groups.acts import Groups
from chatserver.conversations.message_store import MessageStore
from chatserver.conversations.read_markers import ReadMarkers
from chatserver.conversations.sending import Sending
from chatserver.conversations.site_sending import SiteSending
from chatserver.conversations.text_digests import TextDigests
from chatserver.conversations.threads import Thread, find_threads
from chatserver.database.batcher import Batcher
from chatserver.database.startup import wait_for_database
from chatserver.exports.jobs import Exports
from chatserver.files.storages import storage_of
from chatserver.files.sweeper import Sweeper
from chatserver.files.uploads import Uploads
from chatserver.realtime.dispatcher import Dispatcher
from chatserver.realtime.gap_repair import GapRepair
from chatserver.realtime.handshake import Handshake
from chatserver.realtime.heartbeat import keep_beating
from chatserver.realtime.hub import Hub
from chatserver.realtime.presence.poller import PresencePoller
from chatserver.realtime.services import SocketServices
from chatserver.realtime.session_checks import SessionChecks
from chatserver.realtime.sockets import Sockets
from chatserver.search.follower import SearchFollower
from chatserver.server.background import Work, running
from chatserver.server.gauges import Sampler
from chatserver.sso.account_sync import AccountSync
from chatserver.sso.people import find_people
from chatserver.telemetry.loop_lag import LoopLag
from chatserver.web import app_keys as keys

PEOPLE_AT_ONCE = 100  # people that one query finds: programs send for many at once
THREADS_AT_ONCE = 100  # threads that one query loads: clients open many at once after a restart


async def run_services(app: web.Application) -> AsyncIterator[None]:
    """Runs PostgreSQL's client, the batchers and the background tasks. Ends after the last commit."""
    config, redis = app[keys.CONFIG], app[keys.REDIS]
    database = app[keys.DB] = await wait_for_database(config)
    app[keys.ACCOUNTS] = Accounts(database, Hasher(config.hashing_threads, config.hashing_queue), config.origins)
    app[keys.API_KEYS] = ApiKeys(database)
    app[keys.PEOPLE] = Batcher(partial(find_people, database, config.sso_issuer), PEOPLE_AT_ONCE, 0)
    app[keys.UPLOADS] = Uploads(database, config, storage_of(config), app[keys.RATES].uploads.check)
    app[keys.EXPORTS] = Exports(database, app[keys.SESSIONS].session_index, config)
    publisher = app[keys.PUBLISHER] = Publisher(redis, config.redis_prefix, config.redis_timeout)
    app[keys.ACCOUNT_SYNC] = AccountSync(database, app[keys.SESSIONS].session_index, publisher, config)
    text_digests = TextDigests(config.secret_keys)
    message_store = app[keys.MESSAGE_STORE] = MessageStore(database, publisher, config, text_digests)
    app[keys.CHANGE_STORE] = ChangeStore(database, publisher, config, text_digests)
    app[keys.GROUPS] = Groups(database, publisher, config, text_digests)
    app[keys.SENDING] = Sending(message_store, app[keys.RATES].messages.check, config.max_message_chars)
    app[keys.SITE_SENDING] = SiteSending(app[keys.SENDING], app[keys.PEOPLE])
    read_markers = app[keys.READ_MARKERS] = ReadMarkers(database, publisher, config.announce_people)
    try:
        await publisher.open()
    except asyncio.CancelledError:  # asked to stop during start-up
        await database.close()
        raise
    hub = Hub()
    presence = PresencePoller(redis, config, lambda: hub.users)
    async with running(_realtime(app, hub, presence)):
        yield
        await message_store.drain()
        await app[keys.CHANGE_STORE].drain()
        await read_markers.drain()
        await publisher.close()
    await presence.last_online.close()
    await database.close()
    await redis.aclose()


def _realtime(app: web.Application, hub: Hub, presence: PresencePoller) -> list[Work]:
    """Wires the sockets and returns the background work of the process."""
    config, database = app[keys.CONFIG], app[keys.DB]
    publisher, stores = app[keys.PUBLISHER], (app[keys.MESSAGE_STORE], app[keys.CHANGE_STORE])
    services = SocketServices(
        config=config,
        db=database,
        sending=app[keys.SENDING],
        change_store=app[keys.CHANGE_STORE],
        read_markers=app[keys.READ_MARKERS],
        publisher=publisher,
        thread_loader=Batcher[ThreadRequest, Thread](
            partial(find_threads, database, announce_people=config.announce_people), THREADS_AT_ONCE, 0
        ),
        watchers=presence.watchers,
        last_online=presence.last_online,
        rates=app[keys.RATES],
    )
    subscriber = Subscriber(
        app[keys.REDIS], config.redis_prefix, ping_interval=config.redis_ping_interval, silence=config.redis_silence
    )
    sockets = app[keys.SOCKETS] = Sockets(services, hub, subscriber)
    app[keys.HANDSHAKE] = Handshake(services, hub)
    session_checks = SessionChecks(config.session_recheck, sockets.connections, app[keys.SESSIONS].ended)
    repair = GapRepair(database, config, lambda: hub.users, hub.deliver)
    dispatcher = Dispatcher(hub, repair, session_checks)
    return [
        partial(subscriber.run, dispatcher.on_event, dispatcher.on_connection),
        repair.run,
        presence.run,
        partial(keep_beating, config, sockets.connections),
        session_checks.run,
        app[keys.EXPORTS].run,
        Sweeper(database, config, app[keys.UPLOADS].storage).run,
        SearchFollower(database, config.search_interval, config.search_delay).run,
        Sampler(sockets, stores, publisher, database.pool, lambda: subscriber.live).run,
        LoopLag(config.loop_lag_warning).run,
    ]
