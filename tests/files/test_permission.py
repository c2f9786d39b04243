"""An address is no permission: who may have a file is looked up at every request."""

from uuid import uuid4
from zipfile import ZipFile

from chatserver.config.settings import Config
from tests.support.commands import chatserver, thread
from tests.support.database import execute
from tests.support.files import discards, fetches, has_uploaded, picture, sends, tag_of, uploads
from tests.support.grouping import group_of
from tests.support.people import Person


async def test_before_it_is_sent_a_file_is_its_uploaders_alone(ana: Person, ben: Person) -> None:
    chat, id = await ana.writes_to(ben), await has_uploaded(ana, picture())
    assert [(await fetches(person, id))[0] for person in (ana, ben)] == [200, 404]
    await sends(ana, chat, id)
    assert [(await fetches(person, id))[0] for person in (ana, ben)] == [200, 200]


async def test_strangers_newcomers_and_who_was_removed_get_404_as_for_no_file(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    group = await group_of(ana, "Ben", title="Trip")
    id = await has_uploaded(ana, picture())
    await sends(ana, group, id)
    missing = (await cleo.get(f"/messages/files/{uuid4()}")).status
    assert [(await fetches(person, id, size))[0] for person in (cleo,) for size in ("", "small")] == [missing] * 2
    await thread(config, "add", str(group), "Cleo")
    assert (await fetches(cleo, id))[0] == 200
    execute(str(config.database_url), f"update participants set from_seq = 2 where user_id = {cleo.id}")
    assert (await fetches(cleo, id))[0] == 404
    for name, person in (("Ben", ben), ("Ana", ana)):  # its sender, too
        await thread(config, "remove", str(group), name)
        assert (await fetches(person, id))[0] == 404


async def test_a_browser_asks_each_time_and_304_needs_the_same_permission(ana: Person, ben: Person) -> None:
    chat, id = await ana.writes_to(ben), await has_uploaded(ana, picture())
    await sends(ana, chat, id)
    async with ben.http.get(f"/messages/files/{id}") as answer:
        tag = answer.headers["ETag"]
        assert (answer.headers["Cache-Control"], answer.headers["Vary"]) == ("private, no-cache", "Cookie")
    assert (await fetches(ben, id, If_None_Match=tag))[0] == 200  # no such header
    assert await fetches(ben, id, **{"If-None-Match": tag}) == (304, b"")
    socket = await ana.socket()
    await socket.deletes(chat, 2)
    await socket.receives("done")
    assert (await fetches(ben, id, **{"If-None-Match": tag}))[0] == 404


async def test_who_has_signed_out_gets_nothing(ana: Person) -> None:
    id = await has_uploaded(ana, b"mine")
    await ana.sign_out()
    assert (await fetches(ana, id))[0] == 303
    assert (await fetches(ana, id, Accept="application/json"))[0] == 401
    async with ana.http.put(f"/messages/files/{id}", data=b"x") as answer:
        assert (answer.status, (await answer.json())["code"]) == (401, "not_signed_in")


async def test_a_part_of_a_file_can_be_asked_for(ana: Person) -> None:
    id = await has_uploaded(ana, b"0123456789")
    assert await fetches(ana, id, Range="bytes=2-4") == (206, b"234")
    assert await fetches(ana, id, Range="bytes=-3") == (206, b"789")
    assert (await fetches(ana, id, Range="bytes=10-"))[0] == 416
    for ignored in ("bytes=0-1,4-5", "lines=0-1", "nonsense"):
        assert await fetches(ana, id, Range=ignored) == (200, b"0123456789")


async def test_a_part_is_of_the_file_whose_beginning_one_has(ana: Person) -> None:
    id = await has_uploaded(ana, b"0123456789")
    tag = await tag_of(ana, id)
    assert await fetches(ana, id, Range="bytes=4-", **{"If-Range": tag}) == (206, b"456789")
    await discards(ana, id)
    assert (await uploads(ana, b"abcdefghijk", id=id))[0] == 201
    assert await fetches(ana, id, Range="bytes=4-", **{"If-Range": tag}) == (200, b"abcdefghijk")


async def test_erasing_somebody_takes_their_files(ana: Person, ben: Person, config: Config) -> None:
    chat = await ana.writes_to(ben)
    sent, unsent = await has_uploaded(ana, b"sent"), await has_uploaded(ana, b"unsent")
    await sends(ana, chat, sent)
    bens = await has_uploaded(ben, b"Ben's")
    await sends(ben, chat, bens)
    code, _, errors = await chatserver(config, "user", "erase", "Ana", "--messages", "--yes")
    assert code == 0, errors
    assert [(await fetches(ben, id))[0] for id in (sent, unsent, bens)] == [404, 404, 200]
    left = execute(str(config.database_url), "select count(*) from files")
    assert left == [(1,)]


async def test_an_export_holds_the_files_that_one_has_uploaded_and_may_still_see(
    ana: Person, ben: Person, config: Config
) -> None:
    chat = await ana.writes_to(ben)
    id, shown = await has_uploaded(ana, b"milk, bread", "list.txt"), await has_uploaded(ana, picture(), "a.jpg")
    await sends(ana, chat, id, shown)
    await sends(ben, chat, await has_uploaded(ben, b"Ben's"))
    unsent = await has_uploaded(ana, b"not sent", "later.txt")
    for title in ("Ana is out", "Ana is back"):
        group = await group_of(ben, "Ana", title=title, history="joined")
        await sends(ana, group, await has_uploaded(ana, b"of the group"))
        await thread(config, "remove", str(group), "Ana")
    await thread(config, "add", str(group), "Ana")
    again = await has_uploaded(ana, b"of the group, again", "again.txt")
    await sends(ana, group, again)
    path = config.data_dir / "ana.zip"
    code, _, errors = await chatserver(config, "user", "export", "Ana", "--to", str(path))
    assert code == 0, errors
    with ZipFile(path) as archive:
        names = {name for name in archive.namelist() if name.startswith("files/")}
        assert names == {
            f"files/{id}/list.txt", f"files/{shown}/a.webp", f"files/{unsent}/later.txt", f"files/{again}/again.txt",
        }  # fmt: skip
        assert archive.read(f"files/{id}/list.txt") == b"milk, bread"
