"""The schedule in which people come and go, and roles, title and history change, also while a connection reads."""

import asyncio

from hypothesis import strategies as st
from hypothesis.stateful import rule

from chatserver.errors import ChatError
from tests.realtime.model_of_group import Act
from tests.realtime.schedule_of_changes import ScheduleOfChanges, reads
from tests.realtime.stage import PEOPLE

people = st.sampled_from(range(len(PEOPLE)))
kinds = st.sampled_from(["added", "removed", "leaves"] * 2 + ["owner", "member", "title", "past"])


class ScheduleOfGroups(ScheduleOfChanges):
    @rule(by=people, kind=kinds, person=people, other=st.booleans())
    def act_in_the_group(self, by: int, kind: str, person: int, other: bool) -> None:
        self.runner.run(self._act(by, kind, person, other))

    @rule(read=reads, by=people, kind=kinds, person=people, other=st.booleans())
    def something_happens_in_the_group_before_a_read(
        self, read: str, by: int, kind: str, person: int, other: bool
    ) -> None:
        self.stage.interrupted.surprises[read].append(lambda: self._act(by, kind, person, other))

    async def _act(self, by: int, kind: str, person: int, other: bool) -> None:
        async with self.one_at_a_time:
            act = self._drawn(self.user(by), kind, self.user(person), other)
            group, thread = self.model.group, self.stage.group
            if act.kind == "removed" and group.first_note.keys() == {act.person}:
                return  # the last one stays: the group would be gone
            expected = group.answer(act)
            (result,) = await asyncio.gather(self._do(act), return_exceptions=True)
            if expected in {"done", "changed"}:
                assert result is None, (act, expected)
            else:
                assert isinstance(result, ChatError), (act, expected, result)
                assert result.code == expected, (act, expected)
            if expected == "changed":
                self._apply(act, thread)

    @staticmethod
    def _drawn(by: int, kind: str, person: int, other: bool) -> Act:
        match kind:
            case "leaves":
                return Act(by, "removed", by, "")
            case "title":
                return Act(by, "titled", 0, "Holidays" if other else "Work")
            case "past":
                return Act(by, "history", 0, "joined" if other else "all")
        return Act(by, kind, person, "")

    async def _do(self, act: Act) -> None:
        by, kind, person, value = act
        groups, thread = self.stage.groups, self.stage.group
        match kind:
            case "added":
                await groups.add(thread, [person], by=by)
            case "removed":
                await groups.remove(thread, [person], by=by)
            case "titled":
                await groups.set_title(thread, value, by=by)
            case "history":
                await groups.set_history(thread, value, by=by)
            case _:
                await groups.set_owner(thread, person, kind == "owner", by=by)

    def _apply(self, act: Act, thread: int) -> None:
        last = len(self.model.said[thread])
        change = self.model.last_change[thread] + 1
        self.model.last_change[thread] = self.model.group.apply(act, change, last)
        if act.kind == "added":
            first = 1 if self.model.group.first_note[act.person] == 0 else last + 1
            self.model.first[thread][act.person], self.model.read[thread, act.person] = first, last
        elif act.kind == "removed":
            del self.model.first[thread][act.person]

    def _check_pages(self) -> None:
        super()._check_pages()
        for page in self.pages:
            for note in page.views[self.stage.group].notes.values():
                assert note in self.model.group.notes

    async def _end(self) -> None:
        await super()._end()
        group, thread = self.model.group, self.stage.group
        for page in self.pages:
            person, view = self.user(page.person), page.views[thread]
            if person not in group.first_note:
                assert thread not in page.groups
                continue
            assert page.groups[thread] == group.described()
            if view.is_open:
                shown = [note for change, note in sorted(view.notes.items()) if change >= group.first_note[person]]
                assert shown == group.seen_by(person)
