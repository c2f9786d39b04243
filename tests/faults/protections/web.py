"""Protections in `chatserver/web`."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
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
        "A known browser has its own count of attempts",
        "chatserver/web/device_cookie.py",
        '    return device if fits else ""',
        '    return ""',
        "accounts/test_login_limits.py::test_at_a_browser_where_ana_has_signed_in_before_nobody_else_locks_her_out",
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
        "Links are found in linear time",
        "chatserver/web/rendering/links.py",
        "_START.search(text, position)",
        "_START.search(text, start.end() if links else 0)",
        "web/rendering/test_links.py::test_the_work_of_finding_links_grows_as_the_text_does",
    ),
    Protection(
        "Formatting is found in linear time",
        "chatserver/web/rendering/inlines.py",
        "_closing(ticks, place, end)",
        "_closing(_ticks(line), place, end)",
        "web/rendering/test_formatting.py::test_twice_the_text_takes_twice_the_steps",
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
]
