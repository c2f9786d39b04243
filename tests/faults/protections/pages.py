"""Protections in scripts and templates."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "The browser keeps unacknowledged messages",
        "static/js/net/outbox_store.js",
        "      this.#storage.setItem(this.#prefixes[version] + id, JSON.stringify(entry));\n"
        "      this.#memory.delete(id);",
        "      this.#memory.set(id, entry);",
        "browser/test_story.py::test_a_message_written_while_the_server_is_down_survives_a_reload_and_is_stored_once",
    ),
    Protection(
        "The browser keeps them per account",
        "static/js/net/outbox_store.js",
        "`chatserver.${name}.${userId}.`",
        "`chatserver.${name}.`",
        "browser/test_story.py::test_anas_unsent_message_is_never_sent_as_bens_and_is_sent_when_she_is_back",
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
        "browser/test_story.py::test_missed_messages_are_requested_again_after_postgresql_failed",
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
        "Only messages that were never handed to a socket are changed in place",
        "static/js/net/changes.js",
        "state === 'waiting' && handed === false",
        "state === 'waiting'",
        "browser/test_modules.py::test_module[a_message_that_may_have_arrived_is_settled_before_it_is_changed]",
    ),
    Protection(
        "Waiting changes are applied to waiting messages before anything is sent",
        "static/js/net/delivery.js",
        "    this.#queue.tidy();\n",
        "",
        "browser/test_modules.py::test_module[a_deletion_stored_before_a_crash_is_applied_before_anything_is_sent]",
    ),
    Protection(
        "A tab of the previous version never sees changes",
        "static/js/net/outbox_store.js",
        "['outbox', 'outbox-2', 'outbox-3']",
        "['outbox', 'outbox', 'outbox-3']",
        "browser/test_modules.py::test_module[a_tab_of_the_previous_version_finds_only_plain_messages]",
    ),
    Protection(
        "A browser names only changes that it got while the chat was open",
        "static/js/chat/changes.js",
        "if (this.#isOpen && change !== undefined)",
        "if (change !== undefined)",
        "browser/test_modules.py::test_module[the_number_to_open_with_rises_only_while_the_thread_is_open]",
    ),
    Protection(
        "The state of a message with the highest change wins",
        "static/js/chat/states.js",
        "    if (known.change > frame.change) return null;\n",
        "",
        "browser/test_modules.py::test_module[the_state_with_the_highest_change_wins_whatever_the_order_of_arrival]",
    ),
    Protection(
        "A page older than the known state does not replace it",
        "static/js/chat/changes.js",
        "if (isOutdated || ",
        "if (",
        "browser/test_modules.py::test_module[a_page_older_than_the_known_state_is_shown_with_the_known_state]",
    ),
    Protection(
        "A browser forgets no state while a page is being fetched",
        "static/js/chat/states.js",
        "    if (this.#fetches) return;\n",
        "",
        "browser/test_modules.py::test_module"
        "[far_away_messages_are_forgotten_but_not_while_an_older_page_may_be_on_its_way]",
    ),
    Protection(
        "The shortened text of a quote is never edited as the whole",
        "static/js/chat/changes.js",
        "countChars(original.text) >= QUOTED_CHARS;",
        "false;",
        "browser/test_replies.py::test_an_original_is_edited_whole_after_its_quote_was_shown",
    ),
    Protection(
        "A message sent during its edit is edited",
        "static/js/chat/editing.js",
        "seq: this.#seq, of,",
        "seq: this.#edit?.seq, of,",
        "browser/test_changes_apart.py::test_a_message_that_is_sent_during_its_edit_is_edited",
    ),
    Protection(
        "Browsers cut off at the same time reconnect at different times",
        "static/js/net/back_off.js",
        "  return Math.random() * Math.min(",
        "  return Math.min(",
        "browser/test_modules.py::test_module[after_a_disconnection_the_client_waits_a_random_part_of_a_limit_that_doubles]",
    ),
    Protection(
        "A sleeping tab does not hold up the others",
        "static/js/net/turns.js",
        "await take({ signal: within(TURN_MS) });",
        "await take({});",
        "browser/test_connection.py::test_a_tab_that_never_finishes_sending_does_not_block_others",
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
        "A network that silently drops everything is noticed",
        "static/js/net/delivery.js",
        "setTimeout(() => this.#socket.probe(), DOUBT_MS)",
        "0",
        "browser/test_connection.py::test_a_silently_dropping_network_is_noticed_by_a_missing_answer",
    ),
    Protection(
        "A chat counts as read only where its end was seen",
        "static/js/chat/view.js",
        "return this.isEnd && !document.hidden",
        "return !document.hidden",
        "browser/test_history.py::test_a_chat_with_many_unread_messages_opens_where_the_reader_left_off",
    ),
    Protection(
        "The browser loads the page when the router fails",
        "static/js/shell/router.js",
        "      location.assign(url);\n",
        "",
        "browser/test_old_browsers.py::test_the_browser_loads_a_chat_itself_when_our_navigation_fails",
    ),
    Protection(
        "A repeated message with a newer change is shown",
        "static/js/chat/view.js",
        "      this.changes.take(message);\n      return;",
        "      return;",
        "browser/test_changes_apart.py::test_a_repeated_message_with_a_newer_change_is_shown",
    ),
    Protection(
        "A quote follows changes of its original",
        "static/js/chat/quotes.js",
        "    view.changes.addEventListener('state', ({ detail }) => this.#redraw(detail));\n",
        "",
        "browser/test_replies.py::test_a_reply_quotes_the_original_as_it_is_now",
    ),
    Protection(
        "A message that the unread count includes does not raise it",
        "static/js/list/conversations.js",
        "!own && !seen && !isCounted",
        "!own && !seen",
        "browser/test_modules.py::test_module[a_message_that_the_unread_count_includes_does_not_raise_it]",
    ),
    Protection(
        "The newer of two unread counts wins",
        "static/js/list/conversations.js",
        "else if (last + read + change >= known) {",
        "else {",
        "browser/test_modules.py::test_module[the_newer_of_two_unread_counts_wins_whatever_the_order_of_arrival]",
    ),
    Protection(
        "The preview shows the highest change",
        "static/js/list/conversations.js",
        " || frame.change < Number(dataset.previewChange ?? 0)",
        "",
        "browser/test_modules.py::test_module[the_preview_shows_the_highest_change_whatever_the_order_of_arrival]",
    ),
    Protection(
        "In the list a change that arrives early waits for its message",
        "static/js/list/conversations.js",
        "    if (early) this.#showChange(row, early);\n",
        "",
        "browser/test_modules.py::test_module[a_change_that_arrives_before_its_message_is_shown_with_it]",
    ),
    Protection(
        "Changes that arrive while a page is loading are applied to it",
        "static/js/chat/states.js",
        "if (this.#fetches && !(",
        "if (false && !(",
        "browser/test_modules.py::test_module[a_change_that_arrives_while_a_page_is_loading_is_applied_to_the_page]",
    ),
    Protection(
        "The lowest change of several pages is named",
        "static/js/chat/changes.js",
        "Math.min(this.#number ?? change, change)",
        "change",
        "browser/test_modules.py::test_module[the_lowest_number_of_the_pages_before_the_thread_was_opened_counts]",
    ),
    Protection(
        "Own reactions stay where a frame does not list them",
        "static/js/chat/states.js",
        "mine ?? known?.mine ?? []",
        "mine ?? []",
        "browser/test_modules.py::test_module"
        "[my_own_reactions_are_found_among_user_ids_and_sent_or_remembered_with_counts]",
    ),
    Protection(
        "A change that was not finally refused is sent again",
        "static/js/net/outbox.js",
        "new Set(['too_many', 'unavailable', 'server_error'])",
        "new Set(['too_many'])",
        "browser/test_modules.py::test_module[a_change_is_sent_again_with_its_id_until_it_is_stored_or_finally_refused]",
    ),
]
