"""All messages and changes: the number of each, its times, and the screens that do not have it yet."""

import asyncio
import json
import random
from array import array
from collections import Counter
from collections.abc import Callable
from typing import Any

from bench import people
from bench.pacer import now
from bench.screen import Screen

TEXT = "See you at nine, at the bridge; bring the big blanket!"
PATIENCE = 10.0  # seconds for the last messages to arrive
NEVER = 0.0
OWN = 20  # of 40 provisioned messages of two people, the odd ones are the first person's
EMOJI = ("👍", "❤️", "😂", "😮", "😢", "🙏")
ANY_BASE = 2**53 - 1  # accepts any earlier change


class Ledger:
    """The number of each message, its times, and how many screens still lack it."""

    def __init__(
        self,
        others: int,
        *,
        durable: bool,
        as_people: bool = False,
        on_settled: Callable[[Screen], None] | None = None,
    ) -> None:
        self.due, self.left, self.answered, self.arrived = (array("d") for _ in range(4))
        self._missing = array("i")
        self._senders: list[Screen] = []
        self._turns: Counter[Screen] = Counter()
        self._others = others
        self._durable = durable
        self._as_people = as_people
        self._texts = [json.dumps(text) for text in (people.texts() if as_people else [TEXT])]
        self._on_settled = on_settled
        self._run = f"{random.getrandbits(32):08x}-{random.getrandbits(16):04x}-4000-8000-"
        self.settled = self.errors = 0

    def send(self, screen: Screen, due: float) -> None:
        number = self._begin(screen, due, self._others + self._durable)
        if screen.connected:
            text = self._texts[number % len(self._texts)]
            screen.send(
                f'{{"type":"send","thread":{screen.seat.thread},"id":"{self._run}{number:012x}","text":{text}}}'
            )
        self.left.append(now())

    def edit(self, screen: Screen, due: float) -> None:
        """Gives a new text to one of the messages of the first person."""
        number = self._begin(screen, due, 1)
        self._change(screen, number, f'"edit","text":"{TEXT} {number}","base":{ANY_BASE}')

    def react(self, screen: Screen, due: float) -> None:
        """Adds the next emoji to such a message, or removes it once all of them were added."""
        number = self._begin(screen, due, 1)
        on, emoji = divmod(self._turns[screen] // OWN, len(EMOJI))
        self._change(screen, number, f'"react","emoji":"{EMOJI[emoji]}","on":{"false" if on % 2 else "true"}')

    def _begin(self, screen: Screen, due: float, missing: int) -> int:
        self.due.append(due)
        self.answered.append(NEVER)
        self.arrived.append(NEVER)
        self._missing.append(missing)
        self._senders.append(screen)
        return len(self.due) - 1

    def _change(self, screen: Screen, number: int, request: str) -> None:
        seq = 1 + 2 * (self._turns[screen] % OWN)
        self._turns[screen] += 1
        if screen.connected:
            screen.send(
                f'{{"thread":{screen.seat.thread},"id":"{self._run}{number:012x}","seq":{seq},"type":{request}}}'
            )
        self.left.append(now())

    def on_frame(self, screen: Screen, fields: dict[str, Any]) -> None:
        run, number = fields.get("id", "")[:24], int(fields.get("id", "0")[24:] or "0", 16)
        if fields["type"] == "error":
            self.errors += 1
            return
        if self._as_people and fields["type"] == "message":
            screen.notice()
        if run != self._run:  # from an earlier run
            return
        if fields["type"] in {"sent", "done"}:
            self.answered[number] = now()
        elif screen is not self._senders[number]:
            self.arrived[number] = now()
        else:
            return
        self._missing[number] -= 1
        if self._missing[number] == 0:
            self.settled += 1
            if self._on_settled:
                self._on_settled(self._senders[number])

    @property
    def lost(self) -> int:
        """Counts messages that were not acknowledged, or are not on all the others' screens."""
        return sum(missing > 0 for missing in self._missing)

    async def all_settled(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.settled < len(self.due):
                await asyncio.sleep(0.02)
