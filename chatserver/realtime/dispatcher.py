"""Passes events from Redis to the sockets of this process."""

import logging
from time import time

from chatserver.bus.events import MessageStored, decode_event
from chatserver.realtime.change_repair import News
from chatserver.realtime.gap_repair import GapRepair
from chatserver.realtime.hub import Hub
from chatserver.realtime.session_checks import SessionChecks
from chatserver.telemetry.trace import trace

log = logging.getLogger(__name__)


class Dispatcher:
    """Decodes each event once, delivers it to its user's mailboxes, and notes it for the gap repair."""

    def __init__(self, hub: Hub, repair: GapRepair, session_checks: SessionChecks) -> None:
        self._hub = hub
        self._repair = repair
        self._session_checks = session_checks

    def on_event(self, user_id: int, payload: bytes) -> None:
        """Handles an event published for a user. Ignores types of a newer version; logs an unreadable event."""
        try:
            event = decode_event(payload, time())
        except (ValueError, KeyError, TypeError):
            log.warning("dropped an unreadable event for user %d", user_id)
            return
        if event is None:
            return
        if trace.on and isinstance(event, MessageStored):
            trace.event(event.frame, f"relayed by Redis for user {user_id}")
        self._hub.deliver(user_id, event)
        if isinstance(event, MessageStored | News):
            self._repair.note(user_id, event)

    def on_connection(self, live: bool) -> None:
        """Handles a lost or restored Redis connection. A restored Redis may have lost its sessions."""
        self._repair.redis_changed(live)
        if live:
            self._session_checks.check_all_soon()
