"""What waits for one socket is bounded, by frames and by size."""

from chatserver.realtime.close_codes import CloseCode
from chatserver.realtime.mailbox import Mailbox


async def test_more_than_may_wait_ends_the_socket_as_too_slow() -> None:
    mailbox = Mailbox(0, 1000)
    mailbox.put("x" * 600)
    mailbox.put("x" * 600)
    assert await mailbox.get() is CloseCode.TOO_SLOW


async def test_a_frame_larger_than_the_queue_is_sent_when_it_is_alone() -> None:
    mailbox = Mailbox(0, 1000)
    mailbox.put("x" * 5000)
    assert await mailbox.get() == "x" * 5000


async def test_what_was_sent_makes_room() -> None:
    mailbox = Mailbox(0, 1000)
    for _ in range(3):
        mailbox.put("x" * 600)
        assert await mailbox.get() == "x" * 600


async def test_more_frames_than_may_wait_end_it_too() -> None:
    mailbox = Mailbox(2, 0)
    for _ in range(3):
        mailbox.put("x")
    assert await mailbox.get() is CloseCode.TOO_SLOW
