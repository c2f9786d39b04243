"""`make protections`: turns each protection off, in a copy of the code, and sees its test fail.

Mutation testing by hand: general tools (mutmut, cosmic-ray) change every line, and neither SQL nor JavaScript.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.support.chromium import NO_BROWSER, has_browser

ROOT = Path(__file__).parents[2]
IGNORED = shutil.ignore_patterns(".git", ".venv", ".data", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__")
PATIENCE = 6  # seconds until a test gives up: without its protection it often waits for what never comes
TIMEOUT = 60  # seconds for a test in all
AT_ONCE = 2


class Protection(NamedTuple):
    """`old` stands once in `path`; with `new` in its place, `test` fails."""

    name: str
    path: str
    old: str
    new: str
    test: str


PROTECTIONS = [
    Protection(
        "Acknowledged only when stored",
        "chatserver/conversations/message_store.py",
        "            return [error] * len(batch)",
        "            return [Stored(1, datetime.now())] * len(batch)",
        "database/test_postgresql_outage.py::test_what_postgresql_does_not_take_is_refused_and_the_same_id_finds_out_later",
    ),
    Protection(
        "Repeats are found by sender and id",
        "sql/queries/messages.sql",
        "    where not exists (select from known k where k.place = b.place)\n",
        "",
        "conversations/test_talking.py::test_the_same_id_again_is_answered_like_the_first_and_stores_nothing",
    ),
    Protection(
        "An id belongs to one text",
        "chatserver/conversations/message_store.py",
        "            if (thread_id, text) != (message.request.thread_id, message.text):",
        "            if False:",
        "conversations/test_talking.py::test_the_same_id_with_another_text_is_refused",
    ),
    Protection(
        "A batch holds one read marker per user and thread",
        "chatserver/database/batcher.py",
        "            (again if key in keys else batch).append(entry)",
        "            batch.append(entry)",
        "conversations/test_talking.py::test_of_many_marks_in_one_breath_the_furthest_stays",
    ),
    Protection(
        "Numbers and recipients are determined under the thread's lock",
        "sql/queries/messages.sql",
        "then the row has no number.\n"
        "select id from threads where id = any(%(thread_ids)s::bigint[]) order by id for no key update;",
        "",
        "conversations/test_group_commit.py::test_who_is_being_removed_stores_nothing_more",
    ),
    Protection(
        "Locks are taken in one order",
        "sql/queries/messages.sql",
        "then the row has no number.\n"
        "select id from threads where id = any(%(thread_ids)s::bigint[]) order by id for no key update;",
        "then the row has no number.\n"
        "select id from threads where id = any(%(thread_ids)s::bigint[]) order by id desc for no key update;",
        "conversations/test_group_commit.py::test_a_batch_locks_its_threads_in_one_order_whatever_order_they_were_sent_in",
    ),
    Protection(
        "A bad message fails alone",
        "chatserver/conversations/message_store.py",
        "            if not again:",
        "            if False:",
        "conversations/test_group_commit.py::test_a_message_that_postgresql_refuses_harms_no_other",
    ),
    Protection(
        "The queue of messages to store is bounded",
        "chatserver/database/batcher.py",
        "        if 0 < self._max_waiting <= len(self._waiting):",
        "        if False:",
        "conversations/test_group_commit.py::test_more_than_may_wait_is_refused_at_once_and_can_be_sent_again",
    ),
    Protection(
        "Only participants can store messages",
        "sql/queries/messages.sql",
        "    join participants p on p.thread_id = b.thread_id and p.user_id = b.sender_id\n    join threads t",
        "    join threads t",
        "realtime/test_sockets.py::test_a_stranger_and_a_thread_that_does_not_exist_are_answered_alike",
    ),
    Protection(
        "The channel is subscribed before missed messages are read",
        "chatserver/bus/subscriber.py",
        "        if self.live:\n            await self._subscriptions[user_id].wait()",
        "",
        "bus/test_redis_outage.py::test_what_is_sent_while_a_socket_still_subscribes_is_not_missed",
    ),
    Protection(
        "Missed messages are replayed",
        "chatserver/realtime/open_threads.py",
        "            await self._catch_up(thread.id)",
        "            self._last[thread.id] = thread.total",
        "conversations/test_talking.py::test_what_ben_missed_comes_before_opened",
    ),
    Protection(
        "A replay has a limit",
        "chatserver/realtime/open_threads.py",
        "if after > thread.total or 0 < config.replay_limit < thread.total - after:",
        "if after > thread.total:",
        "conversations/test_talking.py::test_who_missed_more_than_is_replayed_loads_the_page_again",
    ),
    Protection(
        "Gaps are filled before later messages are sent",
        "chatserver/realtime/open_threads.py",
        "            if event.seq > last + 1:",
        "            if False:",
        "realtime/test_survival.py::test_an_open_chat_gets_what_is_missing_before_what_is_new",
    ),
    Protection(
        "A message that the screen has is not sent again",
        "chatserver/realtime/open_threads.py",
        "            if event.seq <= last:\n                return\n",
        "",
        "realtime/test_schedules.py",
    ),
    Protection(
        "Messages of lost events are delivered",
        "chatserver/realtime/gap_repair.py",
        "        if missing:",
        "        if False:",
        "realtime/test_survival.py::test_a_lost_publish_is_made_good_for_open_chats_and_lists",
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
        "bus/test_redis_outage.py::test_news_come_again_after_redis_cut_us_off",
    ),
    Protection(
        "Background tasks are restarted",
        "chatserver/server/background.py",
        "            await asyncio.sleep(RESTART_PAUSE)",
        "            raise",
        "realtime/test_survival.py::test_work_in_the_background_begins_again_when_it_fails",
    ),
    Protection(
        "PostgreSQL has a time limit",
        "chatserver/database/client.py",
        "            async with asyncio.timeout(self._timeout):",
        "            async with asyncio.timeout(None):",
        "database/test_postgresql_outage.py::test_while_postgresql_is_frozen_sends_are_refused_and_afterwards_all_is_as_before",
    ),
    Protection(
        "Work interrupted by a lost connection is repeated",
        "chatserver/database/client.py",
        "ATTEMPTS = 3",
        "ATTEMPTS = 1",
        "database/test_postgresql_outage.py::test_what_postgresql_gives_up_in_the_midst_of_it_is_done_again_and_once",
    ),
    Protection(
        "A connection to a PostgreSQL that has become read-only is dropped",
        "chatserver/database/client.py",
        "self.pool.renew()",
        "pass",
        "database/test_database.py::test_connections_that_cannot_do_their_work_any_more_are_left_and_a_new_one_does_it_once",
    ),
    Protection(
        "A query cancelled by the server is an error, not our cancellation",
        "chatserver/database/connect.py",
        "        if task is not None and task.cancelling():",
        "        if True:",
        "database/test_postgresql_outage.py::test_what_postgresql_gives_up_in_the_midst_of_it_is_done_again_and_once",
    ),
    Protection(
        "Redis has a time limit, and pages report it",
        "chatserver/bus/client.py",
        "    except REDIS_ERRORS as error:",
        "    except ZeroDivisionError as error:",
        "bus/test_redis_outage.py::test_while_redis_is_frozen_pages_say_try_again_and_afterwards_nobody_is_signed_out",
    ),
    Protection(
        "Sessions that Redis has lost end their sockets",
        "chatserver/realtime/session_checks.py",
        "                if connection.session_key in ended:",
        "                if False:",
        "bus/test_redis_outage.py::test_when_redis_has_forgotten_the_sessions_sockets_are_told_signed_out",
    ),
    Protection(
        "A slow reader's queue is bounded",
        "chatserver/realtime/mailbox.py",
        "        if full or (self._items and 0 < self._max_bytes < self._bytes + size):",
        "        if False:",
        "realtime/test_sockets.py::test_who_reads_too_slowly_is_closed_and_comes_back_to_catch_up",
    ),
    Protection(
        "A send that is stuck is cut off",
        "chatserver/realtime/heartbeat.py",
        "if (config.send_timeout and stuck) or ",
        "if ",
        "realtime/test_sockets.py::test_who_takes_nothing_for_too_long_is_cut_off",
    ),
    Protection(
        "A half-open socket is cut off",
        "chatserver/realtime/heartbeat.py",
        " or 0 < config.silence_timeout < now - connection.last_received + TICK:",
        ":",
        "realtime/test_sockets.py::test_the_server_pings_and_drops_who_stays_silent",
    ),
    Protection(
        'A restart closes sockets as "going away"',
        "chatserver/server/app.py",
        "    app.on_shutdown.append(_close_sockets)",
        "",
        "realtime/test_survival.py::test_a_restarted_server_says_going_away_and_catches_everyone_up",
    ),
    Protection(
        "A worker notices a stop request at once",
        "chatserver/server/worker.py",
        "        self._notify_waiter_done()\n",
        "",
        "server/test_ending.py::test_a_worker_that_is_told_to_end_says_so_without_looking_for_it",
    ),
    Protection(
        "Only a process that is certainly ours is signaled",
        "chatserver/development/embedded/processes.py",
        """    if not noted or not here or not noted.startswith(f"{here} "):
        return Fate.UNKNOWN
""",
        "",
        "development/test_embedded_holders.py::test_of_a_holder_that_is_not_surely_dead_nothing_is_signalled",
    ),
    Protection(
        "Our own servers ignore libpq's settings",
        "chatserver/development/embedded/environment.py",
        """        del os.environ[name]
""",
        """        os.environ[name] = os.environ[name]
""",
        "development/test_embedded.py::test_what_a_developer_set_for_other_servers_does_not_count_for_ours",
    ),
    Protection(
        "The browser keeps unacknowledged messages",
        "static/js/net/outbox_store.js",
        "      this.#storage.setItem(this.#prefix + entry.id, JSON.stringify(entry));\n"
        "      this.#memory.delete(entry.id);",
        "      this.#memory.set(entry.id, entry);",
        "browser/test_story.py::test_what_was_written_while_the_server_is_away_survives_a_reload_and_is_stored_once",
    ),
    Protection(
        "The browser keeps them per account",
        "static/js/net/outbox_store.js",
        "    this.#prefix = `chatserver.outbox.${userId}.`;",
        "    this.#prefix = 'chatserver.outbox.';",
        "browser/test_story.py::test_what_ana_left_unsent_is_never_sent_as_bens_and_goes_out_when_she_is_back",
    ),
    Protection(
        "The browser requests missed messages again",
        "static/js/chat/incoming.js",
        """    if (code === 'unavailable') {
      setTimeout(() => {
        if (!signal.aborted) open();
      }, retryAfter * 1000);
    }
""",
        "",
        "browser/test_story.py::test_what_was_missed_is_asked_for_again_when_postgresql_did_not_answer",
    ),
    Protection(
        "The browser reconnects by itself",
        "static/js/net/socket.js",
        "    this.#retry = setTimeout(() => this.#connect(), wait);",
        "",
        "browser/test_story.py::test_ana_and_ben_talk_and_miss_nothing_when_the_server_dies",
    ),
    Protection(
        "Another tab's message is shown once",
        "static/js/chat/messages.js",
        '    if (this.#list.querySelector(`[data-id="${CSS.escape(id)}"]`)) return;',
        "",
        "browser/test_story.py::test_what_another_tab_sent_is_shown_once_when_its_news_overtake_each_other",
    ),
    Protection(
        "A rate-limited browser retries once, when the wait is over",
        "static/js/net/outbox.js",
        "if (this.#flushing || this.#pause) return;",
        "if (this.#flushing) return;",
        "browser/test_modules.py::test_module[who_writes_on_while_told_to_wait_asks_once_when_the_time_is_over]",
    ),
    Protection(
        "A blocked user stores nothing",
        "sql/queries/messages.sql",
        "      and not exists (select from blocks k where k.blocker_id = other.id and k.blocked_id = b.sender_id)",
        "",
        "accounts/test_blocks.py::test_a_frame_is_refused_and_nobody_hears_of_it",
    ),
    Protection(
        "Nobody can message a deleted account",
        "sql/queries/messages.sql",
        "      and other.deleted_at is null",
        "",
        "web/pages/account/test_deletion.py::test_nobody_writes_to_who_is_gone",
    ),
    Protection(
        "An id reveals no name",
        "sql/queries/blocks.sql",
        "              where p.user_id = %(blocker_id)s)",
        "              ) or true",
        "accounts/test_blocks.py::test_nobody_blocks_oneself_or_nobody_or_whom_they_have_not_met",
    ),
    Protection(
        "Look-alike names are added one at a time",
        "sql/queries/accounts.sql",
        "select pg_advisory_xact_lock(4271002, hashtext(%(name_skeleton)s::text));",
        "",
        "accounts/test_names_that_look_alike.py::test_of_two_who_choose_names_that_look_alike_at_one_moment_one_gets_it",
    ),
    Protection(
        "Spaces do not make another name",
        "chatserver/accounts/names.py",
        "    return name_key(raw[:200].strip())[:200]",
        "    return name_key(raw.strip())[:200]",
        "accounts/test_login_limits.py::test_spaces_around_a_name_are_no_other_name",
    ),
    Protection(
        "A hidden read marker stays hidden",
        "sql/queries/threads.sql",
        "u.id = asked.user_id or u.shows_seen and blocks.blocker_id is null",
        "true",
        "web/pages/account/test_privacy.py::test_who_does_not_show_it_is_told_of_but_not_what_they_have_read",
    ),
    Protection(
        "Only a sign-in creates a session",
        "chatserver/web/sessions.py",
        ", ex=self._idle, xx=True)",
        ", ex=self._idle)",
        "web/pages/account/test_password.py::test_who_is_disabled_while_they_change_their_password_is_out",
    ),
    Protection(
        "A password that changed during the sign-in is rejected",
        "chatserver/web/current_user.py",
        "    if not await request.app[ACCOUNTS].still_holds(checked):",
        "    if False:",
        "web/test_sessions.py::test_a_password_that_is_changed_during_a_sign_in_lets_nobody_in",
    ),
    Protection(
        "A changed password ends the other sessions",
        "chatserver/accounts/revocation.py",
        "    close_sockets(publisher, user, ended)",
        "",
        "web/pages/account/test_password.py::test_a_new_password_ends_the_other_sessions_and_keeps_this_browser",
    ),
    Protection(
        "Sign-in attempts are counted per name",
        "chatserver/accounts/login_limits.py",
        '        if not await self._acquire(self._tries, key, ""):',
        "        if False:",
        "accounts/test_login_limits.py::test_all_servers_of_a_site_count_together",
    ),
    Protection(
        "A known browser has its own count of attempts",
        "chatserver/web/device_cookie.py",
        '    return device if fits else ""',
        '    return ""',
        "accounts/test_login_limits.py::test_at_a_browser_where_ana_has_signed_in_before_nobody_else_locks_her_out",
    ),
    Protection(
        "An unfinished header is cut off",
        "chatserver/server/http_connection.py",
        "        super().connection_made(transport)\n        self._start_timer(self.force_close)",
        "        super().connection_made(transport)",
        "security/test_slowness.py::test_half_a_header_is_cut_off",
    ),
    Protection(
        "Deeply nested frames are rejected",
        "chatserver/realtime/frames/parsing.py",
        " or _is_deep(fields)",
        "",
        "security/test_frames.py::test_a_frame_that_is_none_of_ours_is_answered_as_such",
    ),
    Protection(
        "All of a user's messages share one rate",
        "chatserver/conversations/sending.py",
        "            self._check_rate(limited_for)",
        "            pass",
        "security/test_message_rates.py::test_a_person_has_one_rate_for_all_sockets_and_the_forms",
    ),
    Protection(
        "Passwords are hashed outside the event loop",
        "chatserver/accounts/passwords.py",
        "            return await asyncio.get_running_loop().run_in_executor(self._executor, work, *arguments)",
        "            return work(*arguments)",
        "accounts/test_passwords.py::test_so_many_are_hashed_at_once_so_many_wait_and_one_more_is_refused",
    ),
    Protection(
        "The number of concurrent hashes is bounded",
        "chatserver/accounts/passwords.py",
        "ThreadPoolExecutor(threads or None,",
        "ThreadPoolExecutor(64,",
        "accounts/test_passwords.py::test_so_many_are_hashed_at_once_so_many_wait_and_one_more_is_refused",
    ),
    Protection(
        "The queue of passwords to hash is bounded",
        "chatserver/accounts/passwords.py",
        "        if self._room is not None and self._busy >= self._room:",
        "        if False:",
        "accounts/test_passwords.py::test_of_too_many_who_sign_in_at_once_one_is_asked_to_come_again_and_pages_go_on",
    ),
    Protection(
        "Hashing threads have a lower priority",
        "chatserver/accounts/passwords.py",
        ', "argon2", _let_others_go_first)',
        ', "argon2")',
        "accounts/test_passwords.py::test_who_hashes_lets_the_event_loop_go_first",
    ),
    Protection(
        "A guess at a stolen hash is expensive",
        "chatserver/accounts/passwords.py",
        "ITERATIONS, LANES, MEMORY_KIB = 2, 1, 19 * 1024",
        "ITERATIONS, LANES, MEMORY_KIB = 1, 1, 19 * 1024",
        "accounts/test_passwords.py::test_a_hash_takes_what_owasp_asks_for",
    ),
    Protection(
        "Only trusted proxies set the client address",
        "chatserver/web/client_address.py",
        "        if not _is_trusted(address, trusted) or not hop.strip():",
        "        if not hop.strip():",
        "web/test_client_address.py::test_another_forged_address_each_time_gives_no_more_tries",
    ),
    Protection(
        "X-Forwarded-For is read from the right",
        "chatserver/web/client_address.py",
        'in reversed(",".join(request.headers.getall("X-Forwarded-For", [])).split(",")):',
        'in ",".join(request.headers.getall("X-Forwarded-For", [])).split(","):',
        "web/test_client_address.py::test_a_request_is_of_the_last_address_that_no_trusted_proxy_has",
    ),
    Protection(
        "IPv4 on a dual-stack socket counts as IPv4",
        "chatserver/config/urls.py",
        "return address.ipv4_mapped or IPv6Address(int(address))",
        "return IPv6Address(int(address))",
        "web/test_client_address.py::test_behind_a_proxy_that_comes_in_by_ipv4_everybody_has_their_own_tries",
    ),
    Protection(
        "Another site's page cannot open a socket or send a form",
        "chatserver/web/origins.py",
        "return origin in config.origins or origin == own",
        "return True",
        "web/test_origins.py::test_a_page_of_any_other_address_may_do_neither",
    ),
    Protection(
        "Strangers cannot flood the log with warnings",
        "chatserver/web/notices.py",
        "if about in self._logged_at or len(self._logged_at) >= MOST:",
        "if about in self._logged_at:",
        "web/test_origins.py::test_a_flood_of_refused_pages_does_not_fill_the_log",
    ),
    Protection(
        "Invalid text is rejected, not replaced",
        "chatserver/web/bodies.py",
        'errors="strict",',
        'errors="replace",',
        "web/test_bodies.py::test_what_is_no_text_is_refused_in_every_field_of_a_programs_form",
    ),
    Protection(
        "Servers on one machine use separate cookies",
        "chatserver/web/cookies.py",
        'else f"{name}_{config.port}"',
        "else name",
        "web/test_cookies.py::test_signing_in_at_one_server_of_a_machine_ends_no_session_at_another",
    ),
    Protection(
        "A socket ends when its session's lifetime ends",
        "chatserver/web/sessions.py",
        'self._idle or "", int(oldest))',
        'self._idle or "", 0)',
        "web/test_sessions.py::test_an_open_socket_ends_with_its_sessions_lifetime",
    ),
    Protection(
        "An open socket keeps its session alive",
        "chatserver/web/sessions.py",
        "  elseif ARGV[1] ~= '' then\n    redis.call('EXPIRE', key, ARGV[1])\n",
        "",
        "web/test_sessions.py::test_a_session_in_use_by_pages_or_an_open_socket_lives_on_and_an_unused_one_ends",
    ),
    Protection(
        "Pages keep their session alive",
        "chatserver/web/sessions.py",
        "self._redis.getex(keys[0], ex=self._idle, persist=self._idle is None)",
        "self._redis.get(keys[0])",
        "web/test_sessions.py::test_a_session_in_use_by_pages_or_an_open_socket_lives_on_and_an_unused_one_ends",
    ),
    Protection(
        "An unresponsive Redis signs nobody out",
        "chatserver/web/sessions.py",
        "        async with redis_deadline(self._timeout):\n            data = self._alive(",
        "        data = None\n"
        "        with __import__('contextlib').suppress(Exception):\n"
        "            data = self._alive(",
        "bus/test_redis_outage.py::test_while_redis_is_frozen_nobody_signs_in_or_connects_and_no_cookie_is_taken_back",
    ),
    Protection(
        "A slow Redis is tolerated within its time limit",
        "chatserver/bus/client.py",
        "        socket_timeout=config.redis_timeout or None,",
        "        socket_timeout=0.1,",
        "bus/test_redis_outage.py::test_where_redis_answers_slowly_people_stay_signed_in_and_sign_in",
    ),
    Protection(
        "A slow reader's queue is bounded in bytes",
        "chatserver/realtime/mailbox.py",
        "        if full or (self._items and 0 < self._max_bytes < self._bytes + size):",
        "        if full:",
        "realtime/test_sockets.py::test_who_reads_too_slowly_is_closed_and_comes_back_to_catch_up",
    ),
    Protection(
        "A single frame of any size is sent",
        "chatserver/realtime/mailbox.py",
        "(self._items and 0 < self._max_bytes",
        "(0 < self._max_bytes",
        "realtime/test_mailbox.py::test_what_is_larger_than_all_that_may_wait_is_sent_when_it_is_alone",
    ),
    Protection(
        "An id is stored once, through whichever servers it arrives",
        "sql/migrations/0001_first_tables.sql",
        "    unique (sender_id, client_id)\n",
        "    check (true)\n",
        "conversations/test_group_commit.py::test_of_one_id_sent_to_two_servers_in_two_threads_at_once_one_is_stored",
    ),
    Protection(
        "A message that another server has just stored is found on the second attempt",
        "chatserver/conversations/message_store.py",
        "            if not again:",
        "            if len(batch) > 1:",
        "conversations/test_group_commit.py::test_of_one_id_sent_to_two_servers_in_two_threads_at_once_one_is_stored",
    ),
    Protection(
        "A write runs to its end",
        "chatserver/database/client.py",
        "await asyncio.shield(asyncio.create_task(work))",
        "await work",
        "database/test_database.py::test_a_write_is_seen_out_when_who_asked_for_it_is_gone",
    ),
    Protection(
        "A request that holds a database connection never waits for another",
        "chatserver/conversations/threads.py",
        '    rows = await db.query("conversations", user_id=user_id, number=limit, open_id=open_id)\n',
        "    async with db.pool.connection():\n"
        '        rows = await db.query("conversations", user_id=user_id, number=limit, open_id=open_id)\n',
        "database/test_database.py::test_every_page_is_content_with_one_connection",
    ),
    Protection(
        "Connecting to PostgreSQL has a time limit",
        "chatserver/database/client.py",
        "            async with asyncio.timeout(self._timeout):",
        "            async with asyncio.timeout(None):",
        "database/test_database.py::test_where_postgresql_takes_connections_and_says_nothing_a_page_is_refused_in_time",
    ),
    Protection(
        "A silent address leaves time for the next one",
        "chatserver/database/connect.py",
        "asyncio.timeout(timeout / len(addresses) if timeout else None)",
        "asyncio.timeout(None)",
        "database/test_database.py::test_of_two_addresses_that_take_connections_the_one_that_answers_is_used",
    ),
    Protection(
        "A graceful shutdown is not cut short",
        "chatserver/server/gunicorn_conf.py",
        "timeout = 30  #",
        "timeout = 20  #",
        "server/test_gunicorn_conf.py::test_who_ends_gracefully_is_not_killed_for_standing_still",
    ),
    Protection(
        "No worker restarts by itself",
        "chatserver/server/gunicorn_conf.py",
        "max_requests = 0  #",
        "max_requests = 1000  #",
        "server/test_gunicorn_conf.py::test_no_worker_ends_by_itself_and_takes_its_sockets_along",
    ),
    Protection(
        "gunicorn has no control socket",
        "chatserver/server/gunicorn_conf.py",
        "control_socket_disable = True",
        "control_socket_disable = False",
        "server/test_gunicorn_conf.py::test_gunicorn_is_ruled_by_signals_alone",
    ),
    Protection(
        "Browsers cut off at the same time reconnect at different times",
        "static/js/net/back_off.js",
        "  return Math.random() * Math.min(",
        "  return Math.min(",
        "browser/test_modules.py::test_module[who_was_cut_off_waits_a_random_part_of_a_limit_that_doubles]",
    ),
    Protection(
        "Links are found in linear time",
        "chatserver/web/rendering/links.py",
        "_START.search(text, position)",
        "_START.search(text, start.end() if links else 0)",
        "web/rendering/test_links.py::test_links_are_found_in_100_kb_of_anything_in_linear_time",
    ),
    Protection(
        "Nobody signs up where sign-up is closed",
        "chatserver/web/pages/sign_in.py",
        '            raise ChatError("sign_up_closed")\n',
        "            pass\n",
        "web/test_site.py::test_where_sign_up_is_closed_the_page_explains_and_the_form_makes_nobody",
    ),
    Protection(
        "Support's words are escaped",
        "chatserver/web/site.py",
        "    made = with_links(texts[0])",
        "    made = Markup(texts[0])",
        "web/test_site.py::test_a_sentence_to_ask_is_shown_as_it_is_with_its_addresses_as_links",
    ),
    Protection(
        "A quote left open swallows no other setting",
        "chatserver/config/settings_file.py",
        "            elif binding.error or binding.key is not None:",
        "            elif binding.key is not None:",
        "config/test_config.py::test_a_quote_left_open_is_told_by_its_line_and_swallows_no_other",
    ),
    Protection(
        "The longest message fits into a frame and a form",
        "chatserver/config/load.py",
        "Config(**values | derived(values))",
        "Config(**values)",
        "config/test_related_settings.py::test_the_longest_message_fits_into_a_form_and_a_frame_whatever_is_in_it",
    ),
]


def main() -> int:
    words = sys.argv[1:]
    chosen = [protection for protection in PROTECTIONS if not words or any(word in protection.name for word in words)]
    in_browser = [protection for protection in chosen if protection.test.startswith("browser/")]
    if in_browser and not has_browser():
        print(f"{len(in_browser)} protections of the browser are left out: {NO_BROWSER}.", flush=True)
        chosen = [protection for protection in chosen if protection not in in_browser]
    missed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for protection, outcome in zip(chosen, pool.map(outcome_of, chosen), strict=True):
            print(f"{outcome}: {protection.name}: {protection.test}", flush=True)
            missed += outcome != "seen"
    print(f"{len(chosen) - missed} of {len(chosen)} tests fail without their protection")
    return 1 if missed else 0


def outcome_of(protection: Protection) -> str:
    try:
        return "seen" if fails_without(protection) else "MISSED"
    except (RuntimeError, ValueError) as error:
        return f"BROKEN ({str(error).strip().splitlines()[-1]})"


def fails_without(protection: Protection) -> bool:
    """Whether the test fails, or never ends, without the protection."""
    with tempfile.TemporaryDirectory(prefix="protections-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=IGNORED)
        replace(copy / protection.path, protection.old, protection.new)
        people = copy / "tests" / "support" / "people.py"
        people.write_text(re.sub(r"^PATIENCE = \d+", f"PATIENCE = {PATIENCE}", people.read_text(), flags=re.MULTILINE))
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"tests/{protection.test}"]
        try:
            done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            return True
    if done.returncode not in {0, 1}:  # 1: tests failed; more: there was no such test, or it could not run
        raise RuntimeError(done.stdout + done.stderr)
    return done.returncode == 1


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{path} holds {text.count(old)} times: {old}")
    path.write_text(text.replace(old, new), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
