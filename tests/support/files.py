"""Files that people upload, and pictures made for it."""

import io
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from PIL import Image

from chatserver.config.settings import Config
from tests.support.people import Person


async def token_of(person: Person) -> str:
    return (await person.get("/messages/")).field("csrf_token")


async def uploads(
    person: Person, content: Any, name: str = "notes.txt", type: str = "text/plain", id: str = "", **headers: str
) -> tuple[int, dict[str, Any]]:
    """Uploads a file; returns the status and the answer. A header of '' is left out."""
    given = {
        "X-CSRF-Token": await token_of(person), "X-File-Name": quote(name), "Content-Type": type,
        **{header.replace("_", "-"): value for header, value in headers.items()},
    }  # fmt: skip
    sent = {header: value for header, value in given.items() if value}
    content = io.BytesIO(content) if isinstance(content, bytes) else content
    async with person.http.put(f"/messages/files/{id or uuid4()}", data=content, headers=sent) as answer:
        return answer.status, await answer.json()


async def has_uploaded(
    person: Person, content: Any, name: str = "notes.txt", type: str = "text/plain", **headers: str
) -> str:
    """Uploads a file and returns its id."""
    status, file = await uploads(person, content, name, type, **headers)
    assert status == 201, file
    return str(file["id"])


async def fetches(person: Person, id: str, size: str = "", **headers: str) -> tuple[int, bytes]:
    query = f"?size={size}" if size else ""
    async with person.http.get(f"/messages/files/{id}{query}", headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.read()


async def tag_of(person: Person, id: str) -> str:
    async with person.http.get(f"/messages/files/{id}") as answer:
        return answer.headers["ETag"]


async def discards(person: Person, id: str) -> int:
    headers = {"X-CSRF-Token": await token_of(person)}
    async with person.http.delete(f"/messages/files/{id}", headers=headers) as answer:
        return answer.status


async def sends(person: Person, thread: int, *files: str, text: str = "", id: str = "") -> dict[str, Any]:
    """Sends a message with files; returns `sent` or `error`."""
    socket = await person.socket()
    await socket.says("send", thread=thread, id=id or str(uuid4()), text=text, files=list(files))
    answer = await socket.receives_one_of("sent", "error")
    await socket.ws.close()
    return answer


def picture(format: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    """Returns a picture whose upper half is red and whose lower half is blue."""
    made = Image.new("RGB", size, "blue")
    made.paste("red", (0, 0, size[0], size[1] // 2))
    return saved(made.convert(mode), format, **options)


def saved(made: Image.Image, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    made.save(file, format, **options)
    return file.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def stored_files(config: Config) -> list[Path]:
    """Returns the files of the folder."""
    return sorted(path for path in Path(config.files_dir).rglob("*") if path.is_file())
