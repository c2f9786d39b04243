"""The schedule with searches: whatever happened before, each user finds what they may read, as it is now."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from chatserver.search.cursor import Cursor
from chatserver.search.finding import FIRST_MOMENT, LAST_MOMENT, Scope
from chatserver.search.follower import SearchFollower
from chatserver.search.searching import Search
from chatserver.search.terms import read_terms
from tests.realtime.schedule import people
from tests.realtime.schedule_of_groups import ScheduleOfGroups

QUERIES = {"hello": "Hello", "good": "Good-bye", '"good bye"': "Good-bye", "texts": "text"}  # and what the texts have


class ScheduleOfSearches(ScheduleOfGroups):
    follower: SearchFollower  # the test sets it

    @rule()
    def the_index_follows(self) -> None:
        self.runner.run(self.follower.look())

    @rule(person=people, query=st.sampled_from(sorted(QUERIES)))
    def search(self, person: int, query: str) -> None:
        user_id = self.user(person)
        expected = {
            (thread, seq)
            for thread, first in self.model.first.items()
            if user_id in first
            for seq, state in self.model.seen_by(thread, user_id).items()
            if QUERIES[query] in state.text
        }
        assert self.runner.run(self._found(user_id, query)) == expected

    async def _found(self, user_id: int, query: str) -> set[tuple[int, int]]:
        scope = Scope(user_id, None, None, FIRST_MOMENT, LAST_MOMENT)
        found: list[tuple[int, int]] = []
        cursor: Cursor | None = Cursor()
        while cursor is not None and cursor.kind == "":
            page = await Search(self.db, self.config, scope, read_terms(query).terms, cursor).page()
            found += [(hit.message.thread_id, hit.message.seq) for hit in page.results if hit.kind == ""]
            cursor = page.next
        assert len(found) == len(set(found))
        return set(found)
