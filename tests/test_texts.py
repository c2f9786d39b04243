"""How the server cleans texts, and that it does so on every path."""

from typing import Any
from uuid import uuid4

import pytest

from chatserver.config.settings import Config
from chatserver.errors import ChatError
from chatserver.i18n import current_language, use_language
from chatserver.validation import clean_text
from tests.cases import cases, whole
from tests.support.people import Person


@pytest.mark.parametrize("case", cases("texts"), ids=lambda case: ascii(case["text"])[:40])
def test_a_text_is_cleaned(case: dict[str, Any]) -> None:
    expected = whole(case["clean"])
    if expected:
        assert (clean_text(whole(case["text"]), 0), len(expected)) == (expected, case["chars"])
    else:
        with pytest.raises(ChatError, match="no_text"):
            clean_text(whole(case["text"]), 0)


@pytest.mark.parametrize("typed", ["\u200b", "\u2800", "\u3164\ufeff", "\u2028\u0085"])
async def test_invisible_text_is_refused_on_every_path(ana: Person, ben: Person, config: Config, typed: str) -> None:
    thread = await ana.writes_to(ben)
    socket = await ana.socket()
    id = await socket.sends(thread, typed)
    assert (await socket.receives("error", id=id))["code"] == "no_text"
    for path in (f"/messages/chat/{thread}/", "/messages/send_message/"):
        fields = {"message": typed, "client_id": str(uuid4()), "recipient_name": "Ben"}
        answer = await ana.post(path, page="/messages/" if "send" in path else path, **fields)
        assert (answer.status, answer.alert) == (400, "Write something first: the message is empty.")
    asked = {"message": typed, "sender_id": ana.id, "api_key": config.api_key}
    async with ana.http.post(f"/messages/send_message_api/{thread}/", json=asked) as response:
        assert (response.status, (await response.json())["code"]) == (400, "no_text")
    answer = await ana.post("/messages/sign-up/", username=typed * 3, password="any words will do")
    assert answer.alert.startswith("Choose a name")


async def test_all_kinds_of_line_ends_are_normalized(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    socket = await ben.socket()
    await socket.opens(thread)
    answer = await ana.post(
        f"/messages/chat/{thread}/",
        message="one\u2028two\u2029three\u0085four\x0bfive\x0csix\r\nseven",
        client_id=str(uuid4()),
    )
    assert answer.status == 303
    assert (await socket.receives("message", seq=2))["text"] == "one\ntwo\nthree\nfour\nfive\nsix\nseven"


def test_numbers_in_errors_are_formatted_for_the_readers_language() -> None:
    language = current_language()
    sentences = []
    for code in ("en", "ru"):
        use_language(code)
        sentences.append(ChatError("too_long", max=10_000).sentence)
    use_language(language)
    assert ["10,000" in sentences[0], "10\u00a0000" in sentences[1]] == [True, True]
