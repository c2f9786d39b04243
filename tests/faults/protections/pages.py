"""Protections in scripts and templates."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "The browser keeps unacknowledged messages",
        "static/js/net/outbox_store.js",
        "      this.#storage.setItem((isPlain ? this.#plain : this.#later) + entry.id, JSON.stringify(entry));\n"
        "      this.#memory.delete(entry.id);",
        "      this.#memory.set(entry.id, entry);",
        "browser/test_story.py::test_a_message_written_while_the_server_is_down_survives_a_reload_and_is_stored_once",
    ),
    Protection(
        "The browser keeps them per account",
        "static/js/net/outbox_store.js",
        "    this.#plain = `chatserver.outbox.${userId}.`;",
        "    this.#plain = 'chatserver.outbox.';",
        "browser/test_story.py::test_anas_unsent_message_is_never_sent_as_bens_and_leaves_when_she_is_back",
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
        "browser/test_story.py::test_missed_messages_are_requested_again_when_postgresql_did_not_answer",
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
        "browser/test_story.py::test_another_tabs_message_is_shown_once_when_its_events_arrive_out_of_order",
    ),
    Protection(
        "A rate-limited browser retries once, when the wait is over",
        "static/js/net/delivery.js",
        "if (this.#flushing || this.#pause) return;",
        "if (this.#flushing) return;",
        "browser/test_modules.py::test_module[messages_written_while_waiting_cause_one_retry_when_the_wait_is_over]",
    ),
    Protection(
        "Only what no socket got is changed in place",
        "static/js/net/changes.js",
        "state === 'waiting' && handed === false",
        "state === 'waiting'",
        "browser/test_modules.py::test_module[what_is_in_doubt_is_settled_first_and_then_changed]",
    ),
    Protection(
        "What waits is made what it is wished to be before anything is sent",
        "static/js/net/delivery.js",
        "    this.#queue.tidy();\n",
        "",
        "browser/test_modules.py::test_module[a_deletion_that_was_kept_when_the_page_died_holds_before_anything_is_sent]",
    ),
    Protection(
        "A tab of the version before never sees a change",
        "static/js/net/outbox_store.js",
        "`chatserver.outbox-2.${userId}.`",
        "`chatserver.outbox.${userId}.`",
        "browser/test_modules.py::test_module[only_plain_messages_lie_where_a_tab_of_the_version_before_looks]",
    ),
    Protection(
        "A browser asks for the changes after those that it knows while the chat is open",
        "static/js/chat/changes.js",
        "if (this.#isOpen && change !== undefined)",
        "if (change !== undefined)",
        "browser/test_modules.py::test_module[the_number_to_open_with_rises_only_while_the_thread_is_open]",
    ),
    Protection(
        "Of all that is said about a message the higher change holds",
        "static/js/chat/states.js",
        "    if (known.change > frame.change) return null;\n",
        "",
        "browser/test_modules.py::test_module"
        "[of_all_that_is_said_about_a_message_the_higher_change_holds_whatever_comes_first]",
    ),
    Protection(
        "Browsers cut off at the same time reconnect at different times",
        "static/js/net/back_off.js",
        "  return Math.random() * Math.min(",
        "  return Math.min(",
        "browser/test_modules.py::test_module[after_a_disconnection_the_client_waits_a_random_part_of_a_limit_that_doubles]",
    ),
    Protection(
        "A sleeping tab holds up no other",
        "static/js/net/turns.js",
        "await take({ signal: within(TURN_MS) });",
        "await take({});",
        "browser/test_connection.py::test_a_tab_that_never_ends_its_turn_blocks_no_other",
    ),
    Protection(
        "Going offline is noticed at once",
        "static/js/net/socket.js",
        """    addEventListener('offline', () => {
      if (this.live) this.probe();
    });
""",
        "",
        "browser/test_connection.py::test_going_offline_is_shown_within_seconds_without_a_message",
    ),
    Protection(
        "A network that swallows everything is noticed",
        "static/js/net/delivery.js",
        "setTimeout(() => this.#socket.probe(), DOUBT_MS)",
        "0",
        "browser/test_connection.py::test_a_network_that_swallows_everything_is_noticed_by_a_missing_answer",
    ),
    Protection(
        "A chat counts as read only where its end was seen",
        "static/js/chat/view.js",
        "return this.isEnd && !document.hidden",
        "return !document.hidden",
        "browser/test_history.py::test_a_chat_with_many_unread_messages_opens_where_the_reader_left_off",
    ),
    Protection(
        "A failure of the router is left to the browser",
        "static/js/shell/router.js",
        "      location.assign(url);\n",
        "",
        "browser/test_old_browsers.py::test_an_error_on_the_way_to_a_chat_is_left_to_the_browser",
    ),
]
