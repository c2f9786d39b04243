"""Answers a search: exact hits first, then parts of words, typing errors and the other keyboard layout."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from chatserver.config.settings import Config
from chatserver.conversations.messages import Message, MessageRow, messages_of
from chatserver.database.client import Database
from chatserver.search.cursor import KINDS, Cursor
from chatserver.search.finding import Place, Scope, find
from chatserver.search.layout import on_other_layout
from chatserver.search.levels import FRESH, Asked, Level, Phrase, by_parts, exactly, phrases_of, with_typos
from chatserver.search.snippets import Piece, snippet_of
from chatserver.search.terms import Term
from chatserver.search.titles import Title, titles_of

PAGE = 20  # hits
ENOUGH = 5  # exact hits; with fewer, words like the typed ones are tried


class Result(NamedTuple):
    """A hit; `kind`: "" for an exact one, else `part`, `typo` or `layout`. `snippet`: its text around the words."""

    message: Message
    title: Title
    snippet: list[Piece]
    kind: str


class Results(NamedTuple):
    """A page of hits. `next`: where the next page begins, None at the end; `complete`: nothing was left out."""

    results: list[Result]
    next: Cursor | None
    complete: bool


class Hit(NamedTuple):
    """A hit as the index found it, with how it was asked for."""

    row: MessageRow
    kind: str
    asked: list[Asked]


class Search:
    """One page of one search. `plain` takes the signs of its formatting off a text, for the snippets."""

    def __init__(
        self,
        db: Database,
        config: Config,
        scope: Scope,
        terms: Sequence[Term],
        cursor: Cursor,
        *,
        plain: Callable[[str], str] = str,
    ) -> None:
        self._db = db
        self._config = config
        self._scope = scope
        self._terms = terms
        self._at = cursor
        self._plain = plain
        self._hits: list[Hit] = []
        self._waiting = 0

    async def page(self) -> Results:
        """Returns the hits found within `search_timeout`. Raises Unavailable."""
        in_time = True
        try:
            async with asyncio.timeout(self._config.search_timeout or None):
                await self._collect()
        except TimeoutError:
            in_time = False
        shown, more = self._hits[:PAGE], len(self._hits) > PAGE
        following = None
        if more:
            last = shown[-1]
            following = self._at._replace(kind=last.kind, place=_place_of(last.row))
        elif not in_time:
            following = self._at
        complete = in_time and self._waiting <= FRESH
        return Results(await self._results(shown), following, complete)

    async def _collect(self) -> None:
        phrases, without = await phrases_of(self._db, self._terms)
        if not phrases:
            return
        asked = await exactly(self._db, phrases)
        if self._at.kind == "":
            await self._take("", Level(asked, without, []))
        if self._at.exact < ENOUGH and self._at.kind != "layout" and len(self._hits) <= PAGE:
            await self._collect_similar(phrases, without, asked)
        if not self._at.hits:
            await self._collect_on_other_layout()

    async def _collect_similar(self, phrases: Sequence[Phrase], without: str, exact: list[Asked]) -> None:
        user_id = self._scope.user_id
        parts = await by_parts(self._db, user_id, phrases, exact)
        if self._at.kind != "typo":
            self._begin("part")
            if parts != exact:
                await self._take("part", Level(parts, without, exact))
        if len(self._hits) <= PAGE:
            self._begin("typo")
            similar = await with_typos(self._db, user_id, phrases, parts)
            if similar != parts:
                await self._take("typo", Level(similar, without, parts))

    async def _collect_on_other_layout(self) -> None:
        self._begin("layout")
        phrases, without = await phrases_of(self._db, on_other_layout(self._terms))
        if phrases:
            await self._take("layout", Level(await exactly(self._db, phrases), without, []))

    def _begin(self, kind: str) -> None:
        """Goes on to a kind from its newest hit, unless the cursor stands in it."""
        if self._at.kind != kind:
            self._at = self._at._replace(kind=kind, place=Place())

    async def _take(self, kind: str, level: Level) -> None:
        room = PAGE + 1 - len(self._hits)
        async for found in find(self._db, self._scope, level, self._at.place, room):
            self._hits += [Hit(row, kind, level.terms) for row in found.rows][: PAGE + 1 - len(self._hits)]
            self._waiting = found.waiting
            exact = min(self._at.exact + (len(found.rows) if kind == "" else 0), ENOUGH)
            self._at = self._at._replace(exact=exact, hits=self._at.hits or bool(found.rows))
            if len(self._hits) > PAGE:
                return
            if found.place:
                self._at = self._at._replace(place=found.place)

    async def _results(self, hits: Sequence[Hit]) -> list[Result]:
        if not hits:
            return []
        rows = {(hit.row.thread_id, hit.row.seq): hit for hit in hits}
        messages = await messages_of(self._db, self._config, self._scope.user_id, [hit.row for hit in hits])
        titles = await titles_of(self._db, self._scope.user_id, {hit.row.thread_id for hit in hits})
        marked = {kind: await self._marked([hit for hit in hits if hit.kind == kind]) for kind in KINDS}
        results = []
        for message in messages:
            hit = rows[message.thread_id, message.seq]
            title = titles.get(message.thread_id)
            # Changed or lost a moment ago: the next search decides.
            if message.text == hit.row.text and title:
                snippet = snippet_of(self._plain(message.text), marked[hit.kind])
                results.append(Result(message, title, snippet, hit.kind))
        return results

    async def _marked(self, hits: Sequence[Hit]) -> set[str]:
        """Returns the words of these hits that fit the query."""
        if not hits:
            return set()
        asked = hits[0].asked
        words = await self._db.query(
            "matching_words",
            str,
            user_id=self._scope.user_id,
            thread_ids=[hit.row.thread_id for hit in hits],
            seqs=[hit.row.seq for hit in hits],
            stems=" | ".join(term.stems.replace(" <-> ", " | ") for term in asked),
            words=" | ".join(term.words.replace(" <-> ", " | ") for term in asked if term.words),
        )
        return set(words)


def _place_of(row: MessageRow) -> Place:
    return Place(row.sent_at, row.thread_id, row.seq)
