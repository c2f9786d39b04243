"""Protections in scripts and templates."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
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
        "Browsers cut off at the same time reconnect at different times",
        "static/js/net/back_off.js",
        "  return Math.random() * Math.min(",
        "  return Math.min(",
        "browser/test_modules.py::test_module[who_was_cut_off_waits_a_random_part_of_a_limit_that_doubles]",
    ),
]
