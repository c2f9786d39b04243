"""Protections of the messenger in a frame of a site's page."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "Only the sites named show the messenger in a frame",
        "chatserver/web/pages/embed.py",
        "if origin is None or origin not in request.app[CONFIG].embed_origins:",
        "if origin is None:",
        "web/pages/test_embed.py::test_a_page_that_is_not_of_a_site_named_is_refused",
    ),
    Protection(
        "Nothing in a frame leads to the site's sign-in",
        "chatserver/web/current_user.py",
        "        if is_framed(request):",
        "        if False:",
        "web/pages/test_embed.py::test_a_frame_without_session_stays_in_the_frame",
    ),
    Protection(
        "The count of another person's session is not told",
        "chatserver/web/api.py",
        'if asked is not None and (await get_session(request)).get("sub") != asked:',
        "if False:",
        "web/pages/test_embed.py::test_what_is_unread_is_counted_for_the_person_of_the_session_alone",
    ),
    Protection(
        "A frame hides another person's session and ends it",
        "static/js/embed/messenger.js",
        "if (document.documentElement.dataset.sub !== kept.sub) {",
        "if (!kept.sub) {",
        "browser/embed/test_sessions.py::test_the_session_of_somebody_else_is_never_shown",
    ),
    Protection(
        "Two people in one browser do not end each other's sessions for ever",
        "static/js/embed/begin.js",
        "const isTooSoon = isAgain && Date.now() - kept.renewed < APART_MS;",
        "const isTooSoon = false;",
        "browser/embed/test_sessions.py::test_a_session_that_ends_gets_one_new_token_and_then_a_link",
    ),
    Protection(
        "The frame hears nobody but the page around it",
        "static/js/embed/site_page.js",
        "if (source !== window.parent || origin !== this.#origin || data?.chatserver !== 1) return;",
        "if (!data) return;",
        "browser/embed/test_sessions.py::test_nobody_else_is_heard",
    ),
    Protection(
        "The site's page hears nobody but its frames",
        "static/js/embed.js",
        """  if (origin !== chat || data?.chatserver !== 1) return;
  const isMessengers = messenger && source === messenger.contentWindow;
""",
        "  const isMessengers = messenger && (source || origin);\n",
        "browser/embed/test_sessions.py::test_nobody_else_is_heard",
    ),
]
