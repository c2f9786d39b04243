"""The schedule with edits, deletions and reactions, also at the moment when a connection reads what it missed."""

import asyncio
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import rule

from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.changes import ChangedMeanwhile, NewChange
from chatserver.conversations.deletions import deletion
from chatserver.conversations.edits import edit
from chatserver.conversations.listing import conversations_of
from chatserver.conversations.reactions import reaction
from chatserver.errors import ChatError
from tests.realtime.model import EMOJI, ChangeRequest
from tests.realtime.schedule import Schedule, people
from tests.realtime.stage import PEOPLE


class Drawn(NamedTuple):
    """A request as Hypothesis draws it, before it is known which messages exist."""

    person: int | None  # None: the sender of the message
    from_the_end: int  # 0: beyond the last message
    kind: str
    text: str
    base_is_right: bool
    emoji: str


requests = st.lists(
    st.builds(
        Drawn,
        person=st.sampled_from([None, None, *range(len(PEOPLE))]),
        from_the_end=st.sampled_from([1, 2, 3, 1, 2, 3, 4, 5, 0]),
        kind=st.sampled_from(["edit", "edit", "react", "react", "unreact", "delete"]),
        text=st.sampled_from(["Hello", "Good-bye", "text 1"]),
        base_is_right=st.sampled_from([True, True, False]),
        emoji=st.sampled_from(EMOJI[:2]),
    ),
    min_size=1,
    max_size=4,
)

# The queries with which a connection catches up, in this order.
reads = st.sampled_from(["threads_for", "messages_after", "changes_after", "message_states", "message_states"])


class ScheduleOfChanges(Schedule):
    @rule(in_group=st.booleans(), drawn=requests)
    def change(self, in_group: bool, drawn: list[Drawn]) -> None:
        """Requests several changes in one batch, unless they are about the same message."""
        self.runner.run(self._change(self.thread(in_group), drawn))

    @rule(read=reads, in_group=st.booleans(), drawn=requests)
    def something_changes_before_a_read(self, read: str, in_group: bool, drawn: list[Drawn]) -> None:
        thread = self.thread(in_group)
        self.stage.interrupted.surprises[read].append(lambda: self._change(thread, drawn))

    @rule(read=reads, in_group=st.booleans(), person=people)
    def something_is_said_before_a_read(self, read: str, in_group: bool, person: int) -> None:
        thread = self.thread(in_group)
        self.stage.interrupted.surprises[read].append(lambda: self._send(thread, person, 1))

    async def _change(self, thread: int, drawn: list[Drawn]) -> None:
        async with self.one_at_a_time:
            asked = [self._request(thread, one) for one in drawn]
            submitted = [self.stage.change_store.submit(self._new_change(thread, request)) for request in asked]
            results = await asyncio.gather(*submitted, return_exceptions=True)
            before = self.model.last_change[thread]
            pairs = zip(asked, results, strict=True)
            numbers = {result for request, result in pairs if self._is_changed(thread, request, result)}
            assert numbers == set(range(before + 1, before + 1 + len(numbers)))

    def _request(self, thread: int, drawn: Drawn) -> ChangeRequest:
        said = self.model.said[thread]
        seq = max(len(said) + 1 - drawn.from_the_end, 0)
        message = said[seq - 1] if 0 < seq <= len(said) else None
        person = message.sender if drawn.person is None and message else self.user(drawn.person or 0)
        base = message.state.change if message and drawn.base_is_right else 0
        return ChangeRequest(person, drawn.kind, seq, drawn.text, base, drawn.emoji)

    def _new_change(self, thread: int, request: ChangeRequest) -> NewChange:
        by_person = ThreadRequest(thread, request.person)
        if request.kind == "edit":
            return edit(by_person, request.seq, request.text, request.base)
        if request.kind == "delete":
            return deletion(by_person, request.seq)
        return reaction(self.config, by_person, request.seq, request.emoji, on=request.kind == "react")

    def _is_changed(self, thread: int, request: ChangeRequest, result: int | BaseException) -> bool:
        """Compares the answer with the model; returns whether something changed."""
        expected = self.model.answer(thread, request)
        if expected == "changed":
            assert isinstance(result, int), result
            self.model.apply(thread, request, result)
            return True
        if expected == "done":
            assert result == self.model.said[thread][request.seq - 1].state.change
            return False
        assert isinstance(result, ChatError)
        assert result.code == expected
        if isinstance(result, ChangedMeanwhile):
            state = self.model.said[thread][request.seq - 1].state
            assert result.present["seq"] == request.seq
            assert (result.present["text"], result.present["change"]) == (state.text, state.change)
        return False

    async def _end(self) -> None:
        await super()._end()
        for user in self.stage.users:
            for line in (await conversations_of(self.db, user.id)).conversations:
                said = self.model.said[line.id]
                assert line.last_change == self.model.last_change[line.id]
                if said and self.model.first[line.id][user.id] <= len(said):
                    state = said[-1].state
                    assert (line.preview_text, line.preview_change, line.is_deleted) == (
                        state.text, state.change, state.deleted,
                    )  # fmt: skip
