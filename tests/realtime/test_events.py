"""Events between processes, some of which may run the previous version or the next one."""

import pytest

from chatserver.bus.events import Event, ManyMessagesChanged, MessageChanged, MessageStored, decode_event, encode_event


@pytest.mark.parametrize(
    "event",
    [
        MessageStored(7, 41, '{"text":"one\\ntwo"}'),
        MessageChanged(7, 13, 41, '{"type":"changed"}'),
        MessageChanged(7, 14, 41, ""),
        ManyMessagesChanged(7, 250, 90, '{"type":"changed"}', 101),
    ],
)
def test_an_event_arrives_as_it_was_published(event: Event) -> None:
    assert decode_event(encode_event(event)) == event


def test_an_event_type_of_a_later_version_is_ignored_with_or_without_a_change_number() -> None:
    assert decode_event(b"renamed 7 0\n{}") is None
    assert decode_event(b"renamed:13 7 0\n{}") is None


@pytest.mark.parametrize(
    "head", ["changed 7 41", "changed:x 7 41", "many_changed 7 41", "many_changed:13 7 41", "changed:13 7"]
)
def test_a_change_event_without_its_number_is_invalid(head: str) -> None:
    with pytest.raises(ValueError, match=r"int|unpack"):
        decode_event(f"{head}\n{{}}".encode())
