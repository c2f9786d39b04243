"""Protections in `chatserver/realtime`."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "Missed messages are replayed",
        "chatserver/realtime/catch_up.py",
        "    place = await _tell_messages(services, place, tell)\n    news",
        "    place = place._replace(seq=member.last_seq)\n    news",
        "conversations/test_talking.py::test_missed_messages_are_replayed_before_opened",
    ),
    Protection(
        "A replay has a limit",
        "chatserver/realtime/catch_up.py",
        "    return room < 0 or len",
        "    return 0 < len",
        "conversations/test_talking.py::test_a_client_that_missed_more_than_the_limit_reloads_the_page",
    ),
    Protection(
        "Changed messages count for the limit of a replay",
        "chatserver/realtime/catch_up.py",
        "    return room < 0 or len((await changes_after(services.db, member, place.change, room + 1)).numbers) > room",
        "    return room < 0",
        "realtime/test_catching_up.py::test_messages_and_changed_messages_count_alike_for_the_limit",
    ),
    Protection(
        "Whoever was away while others talked is not led past it",
        "chatserver/realtime/catch_up.py",
        "            if message.seq != place.seq + 1:",
        "            if False:",
        "realtime/test_catching_up.py::test_whoever_was_away_while_others_talked_loads_the_page_again",
    ),
    Protection(
        "Gaps are filled before later messages are sent",
        "chatserver/realtime/open_threads.py",
        "            if event.seq > place.seq + 1:",
        "            if False:",
        "realtime/test_survival.py::test_an_open_chat_gets_missing_messages_before_new_ones",
    ),
    Protection(
        "A message that the screen has is not sent again",
        "chatserver/realtime/open_threads.py",
        "            if event.seq <= place.seq:\n                return\n",
        "",
        "realtime/test_schedules.py",
    ),
    Protection(
        "Messages of lost events are delivered",
        "chatserver/realtime/gap_repair.py",
        "        if missing:",
        "        if False:",
        "realtime/test_survival.py::test_messages_of_a_lost_publish_reach_open_chats_and_lists",
    ),
    Protection(
        "Sessions that Redis has lost end their sockets",
        "chatserver/realtime/session_checks.py",
        "                if connection.session_key in ended:",
        "                if False:",
        "bus/test_redis_outage.py::test_when_redis_has_lost_the_sessions_sockets_close_as_signed_out",
    ),
    Protection(
        "A slow reader's queue is bounded",
        "chatserver/realtime/mailbox.py",
        "        if full or (self._items and 0 < self._max_bytes < self._bytes + size):",
        "        if False:",
        "realtime/test_sockets.py::test_a_slow_reader_is_disconnected_and_returns_to_catch_up",
    ),
    Protection(
        "A send that is stuck is cut off",
        "chatserver/realtime/heartbeat.py",
        "if (config.send_timeout and stuck) or ",
        "if ",
        "realtime/test_sockets.py::test_a_client_that_takes_nothing_for_too_long_is_cut_off",
    ),
    Protection(
        "A half-open socket is cut off",
        "chatserver/realtime/heartbeat.py",
        " or 0 < config.silence_timeout < now - connection.last_received + TICK:",
        ":",
        "realtime/test_sockets.py::test_the_server_pings_and_drops_a_silent_client",
    ),
    Protection(
        "Deeply nested frames are rejected",
        "chatserver/realtime/frames/parsing.py",
        " or _is_deep(fields)",
        "",
        "security/test_frames.py::test_a_frame_that_is_none_of_ours_is_answered_as_such",
    ),
    Protection(
        "A slow reader's queue is bounded in bytes",
        "chatserver/realtime/mailbox.py",
        "        if full or (self._items and 0 < self._max_bytes < self._bytes + size):",
        "        if full:",
        "realtime/test_sockets.py::test_a_slow_reader_is_disconnected_and_returns_to_catch_up",
    ),
    Protection(
        "A single frame of any size is sent",
        "chatserver/realtime/mailbox.py",
        "(self._items and 0 < self._max_bytes",
        "(0 < self._max_bytes",
        "realtime/test_mailbox.py::test_a_frame_larger_than_the_queue_is_sent_when_it_is_alone",
    ),
]
