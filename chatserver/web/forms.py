"""Forms: their fields, their CSRF token, and their errors."""

from uuid import uuid4

from aiohttp import web

from chatserver.conversations.message_files import MessageFile
from chatserver.errors import RULES, ChatError
from chatserver.web.bodies import read_form_fields
from chatserver.web.cookies import has_any
from chatserver.web.csrf import fits_csrf
from chatserver.web.origins import check_form_origin

# The fields that an error of a code may be about: the first one that the form has.
FIELDS = {
    **dict.fromkeys(("no_text", "too_long", "bad_text"), ("message",)),
    **dict.fromkeys(
        (
            "no_recipient",
            "one_recipient",
            "to_oneself",
            "no_such_user",
            "accepts_no_messages",
            "too_few_people",
            "too_many_people",
        ),
        ("recipient_name", "add"),
    ),
    **dict.fromkeys(("no_file", "bad_picture", "too_big", "no_room", "too_many_files", "no_such_file"), ("file",)),
    "bad_title": ("title",),
    "bad_email": ("email",),
    **dict.fromkeys(("bad_name", "name_taken"), ("username", "confirm")),
    **dict.fromkeys(("bad_password", "common_password"), ("new_password", "password")),
    "wrong_current_password": ("current_password", "sessions_password", "delete_password"),
}


class Form:
    """Holds `values` as typed, by field, and `errors` by field ('' = the whole form) in the user's language.

    `code` is that of the last error, for scripts.
    """

    def __init__(self, values: dict[str, str] | None = None) -> None:
        self.values = values or {}
        self.files: list[MessageFile] = []  # uploaded with the form, or before
        self.errors: dict[str, str] = {}
        self.code = ""
        self.about = ""  # the one of several names that an error is about
        self.repeated: set[str] = set()  # fields whose error repeats their hint
        self.values.setdefault("client_id", str(uuid4()))

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def refuse(self, error: ChatError) -> None:
        """Adds an error to its field, or to the whole form if that has no such field."""
        field = next((field for field in FIELDS.get(error.code, ()) if field in self.values), "")
        self.errors[field] = error.sentence
        self.code = error.code
        self.about = str(error.values.get("name", ""))
        if error.code in RULES:
            self.repeated.add(field)
        if error.code in {"duplicate_id", "bad_frame"}:
            self.values["client_id"] = str(uuid4())  # the next attempt is a new message

    def focus(self, *names: str) -> str:
        """Returns the field to focus: the first with an error, else the first that is empty, else the first.

        Passwords count as empty, since the page never sends one back.
        """
        wrong = [name for name in names if name in self.errors]
        empty = [name for name in names if not self[name] or name.endswith("password")]
        return [*wrong, *empty, *names][0]


async def read_form(request: web.Request, *names: str) -> Form:
    """Reads the named fields of a POST. Raises ChatError `bad_frame` for a body that is not a form, `bad_text`."""
    posted = await read_form_fields(request)
    fields = {name: value for name in names if isinstance(value := posted.get(name, ""), str)}
    sent_id = posted.get("client_id")
    form = Form(fields | ({"client_id": sent_id} if isinstance(sent_id, str) and sent_id else {}))
    request["csrf_token"] = str(posted.get("csrf_token", ""))
    return form


async def check_form(request: web.Request) -> None:
    """Raises ChatError unless one of our pages sent this form: `wrong_origin`, `no_cookies` or `bad_csrf`."""
    check_form_origin(request)
    if not await fits_csrf(request, request["csrf_token"]):
        raise ChatError("bad_csrf" if has_any(request) else "no_cookies")


def safe_next(target: str) -> str:
    """Returns `target` if it is a path of this site, else the conversations: prevents open redirects."""
    ours = (
        target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable() and "\\" not in target
    )
    return target if ours else "/messages/"
