"""Files through the whole stack: the chat checks who may have them, and nginx sends them."""

from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from yarl import URL

from tests.production.stage import Stage
from tests.support.files import fetches, has_uploaded, opened, picture, sends, uploads
from tests.support.people import Person


@pytest.mark.parametrize("front", ["haproxy", "alone"])
async def test_nginx_sends_a_file_to_those_who_may_have_it(stage: Stage, front: str) -> None:
    url = URL(f"https://localhost:{stage.ports[front]}")
    async with AsyncExitStack() as stack:
        ana, ben, cleo = [
            await stack.enter_async_context(Person(url, f"{name}-{front}-files", trust=stage.trust))
            for name in ("Ana", "Ben", "Cleo")
        ]
        for person in (ana, ben, cleo):
            await person.sign_up()
        chat = await ana.writes_to(ben)
        large = bytes(range(256)) * 4 * 1024 * 5
        notes, shown = await has_uploaded(ana, large, "Заметки.bin"), await has_uploaded(ana, picture(size=(900, 600)))
        assert (await uploads(ana, b"x" * (26 * 1024**2)))[0] == 413
        await sends(ana, chat, notes, shown)
        assert await fetches(ben, notes) == (200, large)
        assert await fetches(ben, notes, Range="bytes=256-257") == (206, b"\0\1")
        assert opened((await fetches(ben, shown, "small"))[1]).size == (480, 320)
        async with ben.http.get(f"/messages/files/{notes}") as answer:
            headers, tag = answer.headers, answer.headers["ETag"]
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["Content-Disposition"].startswith("attachment; ")
        assert headers["Cache-Control"] == "private, no-cache"
        assert headers["Vary"] == "Cookie"
        assert headers.getall("Content-Security-Policy") == ["sandbox; default-src 'none'; frame-ancestors 'none'"]
        assert headers.getall("X-Content-Type-Options") == ["nosniff"]
        assert "X-Accel-Redirect" not in headers
        assert (await fetches(ben, notes, **{"If-None-Match": tag}))[0] == 304
        assert (await fetches(cleo, notes))[0] == 404
        folder = stage.folder / "files"
        stored = {path.stat().st_size: path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
        assert (await cleo.get(f"/files-of-chatserver/{stored[len(large)]}")).status == 404
        socket = await ana.socket()
        await socket.deletes(chat, 2)
        await socket.receives("done")
        assert (await fetches(ben, notes, **{"If-None-Match": tag}))[0] == 404
        assert (await uploads(ana, b"x", id=str(uuid4()), X_CSRF_Token="forged"))[0] == 403
