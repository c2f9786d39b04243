"""Publishes a changed message: each participant gets the form of the event that is meant for them."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import NamedTuple

from chatserver.bus.events import ManyMessagesChanged, MessageChanged
from chatserver.bus.publisher import Publisher
from chatserver.conversations.states import State, changed_frame


class Unread(NamedTuple):
    """A participant's unread count that a deletion has lowered, and their read marker at that time."""

    unread: int
    read_seq: int


def publish_change(
    publisher: Publisher,
    state: State,
    doer: int,
    people: Mapping[int, int],
    lowered: Mapping[int, Unread],
    *,
    reacted: bool = False,
    event: Callable[[int, int, int, str], MessageChanged | ManyMessagesChanged] = MessageChanged,
) -> None:
    """Publishes a change: to each user of `people`, which has the first message that they may see.

    Where the message is hidden from a newcomer, the frame has only its numbers, so that the next change leaves no gap.
    If a deletion `lowered` a user's unread count, the frame has that count as of the state's `last_seq`. Where frames
    only count reactions, the `doer` who `reacted` also gets their own. Each form is encoded once. The `event` names
    this message, or many up to it.
    """
    groups: defaultdict[str, list[int]] = defaultdict(list)
    shared = state._replace(is_shared=True)
    frames: dict[Unread | None, str] = {None: changed_frame(shared)}
    for user_id, from_seq in people.items():
        count = lowered.get(user_id) if state.deleted_at is not None else None
        if from_seq > state.seq:
            frame = ""
        elif count is not None and count.read_seq < state.seq:
            frame = frames.get(count) or changed_frame(shared._replace(**count._asdict()), counted=True)
            frames[count] = frame
        elif reacted and user_id == doer and state.counts_only:
            frame = changed_frame(state)
        else:
            frame = frames[None]
        groups[frame].append(user_id)
    for frame, user_ids in groups.items():
        publisher.publish(user_ids, event(state.thread_id, state.change, state.seq, frame))
