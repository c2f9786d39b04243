"""Protections of files in the browser."""

from tests.faults.protections.protection import Protection

WAITS = "a_message_waits_for_its_files_and_those_after_it_in_its_thread_wait_with_it"

PROTECTIONS = [
    Protection(
        "A message waits until the server has its files",
        "static/js/net/waiting_files.js",
        "files.every(({ done }) => done)",
        "files.length > 0",
        f"browser/test_modules.py::test_module[{WAITS}]",
    ),
    Protection(
        "What is written after files waits with them",
        "static/js/net/waiting_files.js",
        "held.add(entry.thread);",
        "held.add(0);",
        f"browser/test_modules.py::test_module[{WAITS}]",
    ),
    Protection(
        "A server of the previous version gets no message with files",
        "static/js/net/waiting_files.js",
        "hello?.files && ",
        "",
        "browser/test_modules.py::test_module[a_server_of_the_previous_version_gets_no_message_with_files]",
    ),
    Protection(
        "A tab of the previous version never sees messages with files",
        "static/js/net/outbox_store.js",
        "['outbox', 'outbox-2', 'outbox-3']",
        "['outbox', 'outbox-2', 'outbox-2']",
        "browser/test_modules.py::test_module[a_tab_of_the_previous_version_finds_only_plain_messages]",
    ),
    Protection(
        "Files that the server has lost are uploaded again",
        "static/js/net/outbox.js",
        "error.code === 'no_such_file' && entry.files && !entry.again",
        "error.code === 'never'",
        "browser/test_modules.py::test_module[files_that_the_server_has_lost_are_uploaded_again_under_the_same_ids_once]",
    ),
    Protection(
        "Signing out leaves no file in the browser",
        "static/js/net/signing_out.js",
        "    await forgetFiles(userId);\n",
        "",
        "browser/test_files.py::test_signing_out_leaves_no_file_in_the_browser",
    ),
    Protection(
        "What is sent while a file is read stays a draft until it is in the outbox",
        "static/js/chat/outgoing.js",
        "      drafts.hold(thread, detail); // or it would be lost with the page\n",
        "",
        "browser/test_files.py::test_what_is_sent_while_a_file_is_read_outlives_the_page_and_is_sent_once_it_is_read",
    ),
    Protection(
        "Signing out on a site's page leaves no draft and no file",
        "static/js/embed/begin.js",
        "    if (signOut) await leave().catch(() => {});\n",
        "    if (signOut) await endSession(signOut).catch(() => {});\n",
        "browser/embed/test_embed.py::test_signing_out_where_no_chat_is_open_leaves_no_draft_and_no_file_either",
    ),
]
