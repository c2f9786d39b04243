"""The files in the forms that send a message: chosen in the form itself, or uploaded before by the page's scripts."""

from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import uuid4

from aiohttp import web

from chatserver.accounts.accounts import User
from chatserver.conversations.message_files import MOST_FILES, MessageFile, parse_file_ids
from chatserver.errors import ChatError
from chatserver.files.names import clean_name, clean_type
from chatserver.files.uploads import NewFile
from chatserver.validation import parse_uuid
from chatserver.web.app_keys import CONFIG, DB, UPLOADS
from chatserver.web.bodies import MULTIPART, read_form_pairs
from chatserver.web.forms import Form, check_form, read_form
from chatserver.web.multipart import read_parts
from chatserver.web.origins import check_form_origin


class SendingForm:
    """A form that sends a message, perhaps with files. What was uploaded with it is kept if the form is refused."""

    def __init__(self, request: web.Request, user: User) -> None:
        self._request = request
        self._user = user
        self._refusal: ChatError | None = None
        self._uploaded: list[MessageFile] = []
        self._refused: list[str] = []  # ids
        self._ids: list[str] = []

    async def read(self, *names: str) -> Form:
        """Reads the named fields of the form, and stores its files. Raises like `read_form`."""
        config = self._request.app[CONFIG]
        if self._request.content_type == MULTIPART:
            most = MOST_FILES * config.max_file_bytes
            most = most and most + config.max_frame_bytes
            try:
                await read_parts(self._request, config.max_frame_bytes, most, self._take)
            except ChatError:
                await self.clean_up()
                raise
        form = await read_form(self._request, *names)
        pairs = await read_form_pairs(self._request)
        self._ids = [value for name, value in pairs if name == "files" and isinstance(value, str) and value]
        form.values["file"] = ""
        form.files = [*await self._uploaded_before(), *self._uploaded]
        return form

    async def check(self, form: Form) -> list[str] | None:
        """Returns the ids of the files to send, None for none. Raises ChatError like `check_form`, and for files.

        The files of a repeated form do not matter: its message is stored already, and may be what fills the quota.
        """
        try:
            await check_form(self._request)
        except ChatError:
            form.files = [file for file in form.files if file not in self._uploaded]
            await self.clean_up()
            raise
        if self._refusal is not None and not await self._is_repeated(form):
            raise self._refusal
        ids = [*self._ids, *(file.id for file in self._uploaded), *self._refused]
        try:
            parse_file_ids(ids)
        except ChatError:
            form.files = []
            raise
        return ids or None

    async def _is_repeated(self, form: Form) -> bool:
        client_id = parse_uuid(form["client_id"])
        return bool(await self._request.app[DB].query_one("is_sent", bool, user_id=self._user.id, client_id=client_id))

    async def clean_up(self) -> None:
        """Removes the files of a form that broke off, was not ours, or was sent again: its first ones count."""
        for file in self._uploaded:
            with suppress(ChatError):  # it was sent, as nearly all are
                await self._request.app[UPLOADS].discard(self._user.id, file.id)

    async def _take(self, name: str, type_: str, chunks: AsyncIterator[bytes]) -> None:
        """Stores a file of the form. Whether our page sent it is known at its end: until then its origin counts."""
        if self._refusal is not None:
            return
        file_id = str(uuid4())
        try:
            check_form_origin(self._request)
            if len(self._uploaded) >= MOST_FILES:
                raise ChatError("too_many_files", max=MOST_FILES)
            labels = clean_name(name), clean_type(type_)
            new = NewFile(self._user.id, file_id, *labels, None, at_most=self._request.content_length)
            file, _ = await self._request.app[UPLOADS].receive(new, chunks)
        except ChatError as error:
            self._refusal = error
            self._refused.append(file_id)
        else:
            self._uploaded.append(file)

    async def _uploaded_before(self) -> list[MessageFile]:
        try:
            ids = parse_file_ids(self._ids)
        except ChatError:
            return []  # `check` refuses them
        db = self._request.app[DB]
        found = [await db.query_one("uploaded_file", MessageFile, id=file_id, user_id=self._user.id) for file_id in ids]
        return [file for file in found if file is not None]
