"""Refusals: one table of codes, HTTP statuses and sentences.

Programs get the code, people the sentence in their language; none of these is logged with a traceback.
"""

from typing import Any

from chatserver.i18n import gettext, number
from chatserver.i18n import mark as _

# code: (HTTP status, sentence)
TABLE: dict[str, tuple[int, str]] = {
    "bad_frame": (400, _("We couldn’t read this request. Reload the page and try again.")),
    "no_text": (400, _("Write something first: the message is empty.")),
    "too_long": (413, _("This message is too long. The limit is %(max)s characters.")),
    "bad_text": (400, _("This text contains characters that can’t be stored. Remove them and try again.")),
    "duplicate_id": (
        409,
        _("This message was already sent with different text or to someone else. Reload the page."),
    ),
    "no_such_thread": (404, _("This chat doesn’t exist.")),
    "no_such_message": (404, _("This message doesn’t exist.")),
    "no_such_file": (404, _("This file doesn’t exist, or was already sent. Choose it again.")),
    "no_file": (400, _("This file is empty. Choose another one.")),
    "bad_picture": (400, _("This picture is damaged or too large to show. Choose another one.")),
    "too_many_files": (400, _("A message has at most %(max)s files.")),
    "no_room": (507, _("There’s no room for this file. Delete some that you’ve sent, or send it later.")),
    "bad_reaction": (400, _("You can’t react with this. Choose one of the list.")),
    "too_late": (403, _("It’s too late to change this message.")),
    "changed_meanwhile": (409, _("This message was changed in the meantime. Look at both texts and choose.")),
    "no_such_user": (404, _("Nobody here has this name. Check the spelling.")),
    "no_recipient": (400, _("Enter the name of the person you’re writing to.")),
    "one_recipient": (400, _("Enter one name only. Names have no spaces or commas.")),
    "to_oneself": (400, _("You can’t message yourself. Choose someone else.")),
    "accepts_no_messages": (403, _("This person isn’t accepting messages.")),
    "not_an_owner": (403, _("Only an owner of this group can do this.")),
    "bad_title": (400, _("Choose a title of 1 to 100 visible characters.")),
    "too_few_people": (400, _("Add at least one other person.")),
    "too_many_people": (400, _("A group has at most %(max)s people.")),
    "too_many": (429, _("You’re going too fast. Wait a moment and try again.")),
    "unavailable": (503, _("The server can’t do this right now. Try again in a moment.")),
    "wrong_key": (403, _("Wrong API key.")),
    "bad_key": (401, _("This API key is missing, unknown or ended. Send it as Authorization: Bearer.")),
    "wrong_scope": (403, _("This API key may not do this. Make one with another scope.")),
    "not_post": (405, _("This address accepts POST requests only.")),
    "not_signed_in": (401, _("You’re not signed in. Sign in and try again.")),
    "wrong_origin": (
        403,
        _(
            "This request didn’t come from a page of this site. Nothing was changed: open the site again, "
            "or contact the people who run it."
        ),
    ),
    "no_cookies": (
        403,
        _(
            "Your browser sent no cookies, so nothing was changed. "
            "Allow cookies for this site and submit the form again."
        ),
    ),
    "bad_csrf": (403, _("This form has expired. Nothing was changed: submit it again.")),
    "bad_name": (
        400,
        _("Choose a name of 3 to 30 letters of one alphabet (2 for a name like 李明), digits, and the signs _ . -"),
    ),
    "name_taken": (409, _("This name is taken. Choose another.")),
    "bad_password": (400, _("Choose a password of 8 to 128 characters.")),
    "common_password": (400, _("This password is easy to guess. Choose another one, such as a few random words.")),
    "wrong_password": (403, _("Wrong name or password.")),
    "wrong_current_password": (403, _("The current password is wrong.")),
    "account_disabled": (403, _("This account has been disabled. Contact the people who run this site.")),
    "too_many_tries": (
        429,
        _("Too many wrong passwords. Try again in %(minutes)s min, or use a browser you’ve signed in with before."),
    ),
    "too_many_accounts": (429, _("Too many new accounts from your network. Try again in %(minutes)s min.")),
    "bad_token": (403, _("We couldn’t sign you in with this. Sign in again.")),
    "sso_only": (403, _("Passwords are not used here. Sign in on the site that this chat belongs to.")),
    "bad_sub": (400, _("This can’t be the id of a person or a group.")),
    "bad_subscription": (400, _("This browser’s push service isn’t one that we send to.")),
    "bad_email": (400, _("This isn’t an e-mail address.")),
    "sign_up_closed": (403, _("Accounts here are created by the people who run this site.")),
    "reset_ended": (404, _("This link has expired or was already used. Ask for a new one.")),
    "not_found": (404, _("There is nothing at this address.")),
    "not_allowed": (405, _("This address doesn’t accept this kind of request.")),
    "too_big": (413, _("This request is too large.")),
    "server_error": (500, _("Something went wrong on the server. The error was logged. Try again in a moment.")),
}

# The sentences of codes about people in groups, which name one of them, or how many strangers may be added in a day.
IN_GROUPS = {
    "no_such_user": _("Nobody here is called %(name)s. Check the spelling."),
    "accepts_no_messages": _("You can’t add %(name)s: this person doesn’t allow it."),
    "too_many": _("You can add only so many people you don’t chat with: %(strangers)s a day. Try again tomorrow."),
}

# The same for a file, with the limit in megabytes.
OF_FILES = {"too_big": _("This file is too large. The limit is %(max)s MB.")}

RULES = {"bad_name", "bad_password", "common_password"}  # their sentences repeat the hints of the form fields


class CommandError(Exception):
    """Ends a command with one sentence on standard error, and no traceback."""


class ChatError(Exception):
    """A refusal with a code of `TABLE`. `retry_after` in seconds; `values` fill the sentence."""

    def __init__(self, code: str, retry_after: float | None = None, **values: object) -> None:
        super().__init__(code)
        self.values = values
        self.code = code
        self.retry_after = retry_after
        self.present: dict[str, Any] = {}  # what an answer in JSON says beside the code

    @property
    def status(self) -> int:
        """The HTTP status of the refusal."""
        return TABLE[self.code][0]

    @property
    def sentence(self) -> str:
        """The sentence for the user, in the language of the current request or socket."""
        values = {name: number(value) if isinstance(value, int) else value for name, value in self.values.items()}
        sentence = TABLE[self.code][1]
        if values.keys() & {"name", "strangers"}:
            sentence = IN_GROUPS[self.code]
        elif values and self.code in OF_FILES:
            sentence = OF_FILES[self.code]
        return gettext(sentence) % values


class Unavailable(ChatError):
    """PostgreSQL or Redis does not answer; the work may or may not be done. `retry_after` in seconds.

    `what` is for the log.
    """

    def __init__(self, what: str) -> None:
        super().__init__("unavailable", retry_after=2)
        self.what = what

    def __str__(self) -> str:
        return self.what
