"""Protections in `chatserver/accounts`."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "Spaces do not make another name",
        "chatserver/accounts/names.py",
        "    return name_key(raw[:200].strip())[:200]",
        "    return name_key(raw.strip())[:200]",
        "accounts/test_login_limits.py::test_spaces_around_a_name_do_not_evade_the_limit",
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
        "accounts/test_login_limits.py::test_all_servers_of_a_site_share_the_count",
    ),
    Protection(
        "Passwords are hashed outside the event loop",
        "chatserver/accounts/passwords.py",
        "            return await asyncio.get_running_loop().run_in_executor(self._executor, work, *arguments)",
        "            return work(*arguments)",
        "accounts/test_passwords.py::test_concurrent_hashes_and_their_queue_are_bounded",
    ),
    Protection(
        "The number of concurrent hashes is bounded",
        "chatserver/accounts/passwords.py",
        "ThreadPoolExecutor(threads or None,",
        "ThreadPoolExecutor(64,",
        "accounts/test_passwords.py::test_concurrent_hashes_and_their_queue_are_bounded",
    ),
    Protection(
        "The queue of passwords to hash is bounded",
        "chatserver/accounts/passwords.py",
        "        if self._room is not None and self._busy >= self._room:",
        "        if False:",
        "accounts/test_passwords.py::test_too_many_simultaneous_sign_ins_are_refused_while_pages_are_served",
    ),
    Protection(
        "Hashing threads have a lower priority",
        "chatserver/accounts/passwords.py",
        ', "argon2", _let_others_go_first)',
        ', "argon2")',
        "accounts/test_passwords.py::test_hashing_threads_yield_to_the_event_loop",
    ),
    Protection(
        "A guess at a stolen hash is expensive",
        "chatserver/accounts/passwords.py",
        "ITERATIONS, LANES, MEMORY_KIB = 2, 1, 19 * 1024",
        "ITERATIONS, LANES, MEMORY_KIB = 1, 1, 19 * 1024",
        "accounts/test_passwords.py::test_a_hash_costs_as_much_as_owasp_recommends",
    ),
    Protection(
        "A password is accepted however the keyboard composes it",
        "chatserver/accounts/passwords.py",
        '    return unicodedata.normalize("NFKC", password)',
        "    return password",
        "accounts/test_passwords.py::test_a_password_is_accepted_however_the_keyboard_composes_it",
    ),
    Protection(
        "Checking a password takes the same work whether it is right or not",
        "chatserver/accounts/passwords.py",
        "True in [form_fits(form, password_hash) for form in forms]",
        "any(form_fits(form, password_hash) for form in forms)",
        "accounts/test_passwords.py::test_the_work_of_a_check_depends_only_on_the_typed_password",
    ),
]
