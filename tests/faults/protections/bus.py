"""Protections in `chatserver/bus`."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "The channel is subscribed before missed messages are read",
        "chatserver/bus/subscriber.py",
        "        if self.live:\n            await self._subscriptions[user_id].wait()",
        "",
        "bus/test_redis_outage.py::test_a_message_sent_while_a_socket_subscribes_is_not_missed",
    ),
    Protection(
        "A silent Redis is detected",
        "chatserver/bus/subscriber.py",
        "            patience = self._answered_at + self._silence - monotonic()",
        "            patience = self._silence",
        "bus/test_redis_outage.py::test_while_redis_is_frozen_messages_are_stored_and_arrive",
    ),
    Protection(
        "The subscriber reconnects",
        "chatserver/bus/subscriber.py",
        "            await asyncio.sleep(random.uniform(0, MAX_PAUSE))",
        "            await asyncio.sleep(1e6)",
        "bus/test_redis_outage.py::test_events_arrive_again_after_redis_closed_the_connection",
    ),
    Protection(
        "Redis has a time limit, and pages report it",
        "chatserver/bus/client.py",
        "    except REDIS_ERRORS as error:",
        "    except ZeroDivisionError as error:",
        "bus/test_redis_outage.py::test_pages_are_unavailable_while_redis_is_frozen_and_nobody_is_signed_out",
    ),
    Protection(
        "A slow Redis is tolerated within its time limit",
        "chatserver/bus/client.py",
        "        socket_timeout=config.redis_timeout or None,",
        "        socket_timeout=0.1,",
        "bus/test_redis_outage.py::test_a_slow_redis_keeps_users_signed_in_and_lets_them_sign_in",
    ),
]
