"""The schedule with edits, deletions and reactions, also at the moment when a connection reads what it missed."""

import asyncio
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import rule

from chatserver.conversations import threads
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.changes import ChangedMeanwhile, NewChange
from chatserver.conversations.deletions import deletion
from chatserver.conversations.edits import edit
from chatserver.conversations.reactions import reaction
from chatserver.errors import ChatError
from tests.realtime.model import EMOJI, Wish
from tests.realtime.schedule import Schedule, people
from tests.realtime.stage import PEOPLE


class Drawn(NamedTuple):
    """A wish as Hypothesis draws it, before it is known what messages there are."""

    person: int | None  # None: the sender of the message
    from_the_end: int  # 0: beyond the last message
    kind: str
    text: str
    base_is_right: bool
    emoji: str


wishes = st.lists(
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

# What a connection asks to catch up, in this order.
reads = st.sampled_from(["threads_for", "messages_after", "changes_after", "message_states", "message_states"])


class ScheduleOfChanges(Schedule):
    @rule(in_group=st.booleans(), drawn=wishes)
    def change(self, in_group: bool, drawn: list[Drawn]) -> None:
        """Several at once share a batch, unless they are about the same message."""
        self.runner.run(self._change(self.thread(in_group), drawn))

    @rule(read=reads, in_group=st.booleans(), drawn=wishes)
    def something_changes_before_a_read(self, read: str, in_group: bool, drawn: list[Drawn]) -> None:
        thread = self.thread(in_group)
        self.stage.interrupted.surprises[read].append(lambda: self._change(thread, drawn))

    @rule(read=reads, in_group=st.booleans(), person=people)
    def something_is_said_before_a_read(self, read: str, in_group: bool, person: int) -> None:
        thread = self.thread(in_group)
        self.stage.interrupted.surprises[read].append(lambda: self._send(thread, person, 1))

    async def _change(self, thread: int, drawn: list[Drawn]) -> None:
        async with self.one_at_a_time:
            asked = [self._wish(thread, one) for one in drawn]
            submitted = [self.stage.change_store.submit(self._new_change(thread, wish)) for wish in asked]
            results = await asyncio.gather(*submitted, return_exceptions=True)
            before = self.model.last_change[thread]
            pairs = zip(asked, results, strict=True)
            numbers = {result for wish, result in pairs if self._is_changed(thread, wish, result)}
            assert numbers == set(range(before + 1, before + 1 + len(numbers)))

    def _wish(self, thread: int, drawn: Drawn) -> Wish:
        said = self.model.said[thread]
        seq = max(len(said) + 1 - drawn.from_the_end, 0)
        message = said[seq - 1] if 0 < seq <= len(said) else None
        person = message.sender if drawn.person is None and message else self.user(drawn.person or 0)
        base = message.state.change if message and drawn.base_is_right else 0
        return Wish(person, drawn.kind, seq, drawn.text, base, drawn.emoji)

    def _new_change(self, thread: int, wish: Wish) -> NewChange:
        request = ThreadRequest(thread, wish.person)
        if wish.kind == "edit":
            return edit(request, wish.seq, wish.text, wish.base)
        if wish.kind == "delete":
            return deletion(request, wish.seq)
        return reaction(self.config, request, wish.seq, wish.emoji, on=wish.kind == "react")

    def _is_changed(self, thread: int, wish: Wish, result: int | BaseException) -> bool:
        """Whether the wish changed something; whatever the answer is, the model expects it."""
        expected = self.model.answer(thread, wish)
        if expected == "changed":
            assert isinstance(result, int), result
            self.model.apply(thread, wish, result)
            return True
        if expected == "done":
            assert result == self.model.said[thread][wish.seq - 1].state.change
            return False
        assert isinstance(result, ChatError)
        assert result.code == expected
        if isinstance(result, ChangedMeanwhile):
            state = self.model.said[thread][wish.seq - 1].state
            assert result.present["seq"] == wish.seq
            assert (result.present["text"], result.present["change"]) == (state.text, state.change)
        return False

    async def _end(self) -> None:
        await super()._end()
        for user in self.stage.users:
            for line in (await threads.conversations(self.db, user.id)).conversations:
                said = self.model.said[line.id]
                assert line.last_change == self.model.last_change[line.id]
                if said and self.model.first[line.id][user.id] <= len(said):
                    state = said[-1].state
                    assert (line.preview_text, line.preview_change, line.is_deleted) == (
                        state.text, state.change, state.deleted,
                    )  # fmt: skip
