"""Refusals: one table of codes, HTTP statuses and sentences.

Programs get the code, people the sentence in their language; none of these is logged with a traceback.
"""

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
    "bad_reaction": (400, _("You can’t react with this. Choose one of the list.")),
    "too_late": (403, _("It’s too late to change this message.")),
    "changed_meanwhile": (409, _("This message was changed in the meantime. Look at both texts and choose.")),
    "no_such_user": (404, _("Nobody here has this name. Check the spelling.")),
    "no_recipient": (400, _("Enter the name of the person you’re writing to.")),
    "one_recipient": (400, _("Enter one name only. Names have no spaces or commas.")),
    "to_oneself": (400, _("You can’t message yourself. Choose someone else.")),
    "accepts_no_messages": (403, _("This person isn’t accepting messages.")),
    "too_many": (429, _("You’re going too fast. Wait a moment and try again.")),
    "unavailable": (503, _("The server can’t do this right now. Try again in a moment.")),
    "wrong_key": (403, _("Wrong API key.")),
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
    "sign_up_closed": (403, _("Accounts here are created by the people who run this site.")),
    "reset_ended": (404, _("This link has expired or was already used. Ask for a new one.")),
    "not_found": (404, _("There is nothing at this address.")),
    "not_allowed": (405, _("This address doesn’t accept this kind of request.")),
    "too_big": (413, _("This request is too large.")),
    "server_error": (500, _("Something went wrong on the server. The error was logged. Try again in a moment.")),
}

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

    @property
    def status(self) -> int:
        """The HTTP status of the refusal."""
        return TABLE[self.code][0]

    @property
    def sentence(self) -> str:
        """The sentence for the user, in the language of the current request or socket."""
        values = {name: number(value) if isinstance(value, int) else value for name, value in self.values.items()}
        return gettext(TABLE[self.code][1]) % values


class Unavailable(ChatError):
    """PostgreSQL or Redis does not answer; the work may or may not be done. `retry_after` in seconds.

    `what` is for the log.
    """

    def __init__(self, what: str) -> None:
        super().__init__("unavailable", retry_after=2)
        self.what = what

    def __str__(self) -> str:
        return self.what
