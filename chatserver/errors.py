"""What can go wrong by someone's doing: one table of codes, statuses and sentences.

Programs get the code, people the sentence in their language; nothing here is logged with a traceback.
"""

from chatserver.i18n import gettext
from chatserver.i18n import mark as _

# code: (HTTP status, sentence)
TABLE: dict[str, tuple[int, str]] = {
    "bad_frame": (400, _("This request is malformed. Reload the page and try again.")),
    "no_text": (400, _("Write something first: the message has no text.")),
    "too_long": (413, _("This message is too long: at most %(max)s characters fit.")),
    "bad_text": (400, _("This text holds characters that cannot be stored. Remove them and try again.")),
    "duplicate_id": (
        409,
        _("This message was already sent with another text or to someone else. Reload the page."),
    ),
    "no_such_thread": (404, _("There is no such conversation.")),
    "no_such_user": (404, _("There is no person with this name. Check the spelling.")),
    "to_oneself": (400, _("You cannot write to yourself. Choose another person.")),
    "accepts_no_messages": (403, _("This person accepts no messages.")),
    "too_many": (429, _("Too many at once. Wait a moment and try again.")),
    "unavailable": (503, _("The server cannot do this right now. Try again in a moment.")),
    "wrong_key": (403, _("The API key is wrong.")),
    "not_post": (405, _("This address takes only POST requests.")),
    "not_signed_in": (401, _("You are not signed in. Sign in and try again.")),
    "wrong_origin": (403, _("This request came from another site and was refused.")),
    "bad_csrf": (403, _("This form is out of date. Nothing was done yet: send it once more.")),
    "bad_name": (400, _("Choose a name of 3 to 30 letters, digits, and the signs _ . -")),
    "name_taken": (409, _("This name is taken. Choose another.")),
    "bad_password": (400, _("Choose a password of 8 to 128 characters.")),
    "common_password": (400, _("This password is easily guessed. Choose another: a few words, say.")),
    "wrong_password": (403, _("The name or the password is wrong.")),
    "wrong_current_password": (403, _("The current password is wrong.")),
    "account_disabled": (403, _("This account has been disabled. Ask the people who run this site.")),
    "too_many_tries": (
        429,
        _("Too many wrong passwords. Try again in %(minutes)s min, or in a browser where you have signed in before."),
    ),
    "too_many_accounts": (429, _("Too many accounts were made from your network. Try again in %(minutes)s min.")),
    "reset_ended": (404, _("This link was used, or its time is over. Ask for a new one.")),
    "not_found": (404, _("There is nothing at this address.")),
    "not_allowed": (405, _("This address does not take such requests.")),
    "too_big": (413, _("This request is too big.")),
    "server_error": (500, _("Something went wrong on the server. It has been noted. Try again in a moment.")),
}


class ChatError(Exception):
    """A refusal with a code of `TABLE`; `field` names the form field at fault ('' = none).

    `retry_after` in seconds; `values` fill the sentence.
    """

    def __init__(self, code: str, field: str = "", retry_after: float | None = None, **values: object) -> None:
        super().__init__(code)
        self.values = values
        self.code = code
        self.field = field
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        return TABLE[self.code][0]

    @property
    def sentence(self) -> str:
        """What to tell the person, in the language of the request at hand."""
        return gettext(TABLE[self.code][1]) % self.values


class Unavailable(ChatError):
    """PostgreSQL or Redis does not answer: whether the work was done is not known. `retry_after` in seconds."""

    def __init__(self, what: str) -> None:
        super().__init__("unavailable", retry_after=2)
        self.what = what

    def __str__(self) -> str:
        return self.what
