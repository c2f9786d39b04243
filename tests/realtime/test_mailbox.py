"""The mailbox of a socket is bounded by frames and by size."""

from chatserver.realtime.close_codes import CloseCode
from chatserver.realtime.mailbox import Mailbox


async def test_a_mailbox_over_its_size_limit_closes_the_socket_as_too_slow() -> None:
    mailbox = Mailbox(0, 1000)
    mailbox.put("x" * 600)
    mailbox.put("x" * 600)
    assert await mailbox.get() is CloseCode.TOO_SLOW


async def test_a_frame_larger_than_the_mailbox_is_sent_if_the_mailbox_is_empty() -> None:
    mailbox = Mailbox(0, 1000)
    mailbox.put("x" * 5000)
    assert await mailbox.get() == "x" * 5000


async def test_sent_frames_make_room_in_the_mailbox() -> None:
    mailbox = Mailbox(0, 1000)
    for _ in range(3):
        mailbox.put("x" * 600)
        assert await mailbox.get() == "x" * 600


async def test_a_mailbox_with_too_many_frames_also_closes_the_socket() -> None:
    mailbox = Mailbox(2, 0)
    for _ in range(3):
        mailbox.put("x")
    assert await mailbox.get() is CloseCode.TOO_SLOW
