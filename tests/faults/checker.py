"""Checks after a fault, from the outside, that every promise was kept."""

import time
from collections import defaultdict
from dataclasses import dataclass, field

from tests.faults.stored import Stored, stored
from tests.faults.world import World

LISTS = 10  # seconds until lists are complete, too


@dataclass
class Report:
    """One row of the table. `missed` has a sentence for each goal that was missed."""

    fault: str
    attempted: int = 0
    acknowledged: int = 0
    stored: int = 0
    lost: int = 0
    doubled: int = 0
    reordered: int = 0
    complete: float | None = None  # seconds from the end of the fault until every screen had everything
    measured: dict[str, str] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def expect(self, holds: bool, goal: str) -> None:
        if not holds:
            self.missed.append(goal)


def check(world: World, report: Report) -> None:
    """acknowledged ⊆ stored ⊆ attempted; no duplicates; dense numbers; each screen shows exactly what is stored."""
    attempted = {id: message for talker in world.talkers for id, message in talker.attempted.items()}
    acknowledged = {id: seq for talker in world.talkers for id, seq in talker.acknowledged.items()}
    threads = {thread for talker in world.talkers for thread in talker.threads}
    rows = [row for row in stored(world.servers.database_url) if row.thread in threads]
    by_id = {row.id: row for row in rows}
    in_order: dict[int, list[Stored]] = {thread: [] for thread in threads}
    for row in rows:
        in_order[row.thread].append(row)
        place = len(in_order[row.thread])
        report.expect(row.seq == place, f"thread {row.thread} has {row.seq} at place {place}")

    report.attempted, report.acknowledged, report.stored = len(attempted), len(acknowledged), len(rows)
    report.lost = sum(id not in by_id or by_id[id].seq != seq for id, seq in acknowledged.items())
    report.expect(all(attempted[row.id][0] == row.thread for row in rows), "stored in the thread it was sent to")
    report.doubled = len(rows) - len(by_id)
    check_changes(world, report, rows)
    for talker in world.talkers:
        for breach in talker.breaches + talker.screen.breaches:
            report.doubled += breach.startswith("doubled")
            report.reordered += breach.startswith("reordered")
            report.expect(breach.startswith(("doubled", "reordered")), breach)
        for thread, view in talker.views.items():
            ids, said = [view.ids[seq] for seq in sorted(view.ids)], [row.id for row in in_order[thread]]
            report.lost += max(0, len(said) - len(ids))
            report.reordered += ids != said[: len(ids)]
            report.expect(not view.must_load, f"reset of {thread}")
            wrong = [row for row in in_order[thread] if view.states.get(row.seq) != row.state]
            report.expect(not wrong, f"a chat shows {len(wrong)} messages not as they are: {wrong[:1]}")
    for listener in world.listeners:  # a list page that stayed connected has received every message since it connected
        for thread, heard in listener.heard.items():
            if not listener.closes and heard:
                missing_events = set(range(min(heard), len(in_order[thread]) + 1)) - heard
                which = f"{sorted(missing_events)[:5]} of {min(heard)} to {len(in_order[thread])}"
                report.expect(not missing_events, f"a list has not received {len(missing_events)} messages: {which}")
                last = in_order[thread][-1]
                shown = listener.screen.views[thread].states.get(last.seq)
                report.expect(shown == last.state, f"a list shows {shown}, not {last.state}")
    for what in ("lost", "doubled", "reordered"):
        report.expect(getattr(report, what) == 0, f"{what}: {getattr(report, what)}")


def check_changes(world: World, report: Report, rows: list[Stored]) -> None:
    """Each last acknowledged change is stored, unless the message was deleted; numbers of changes are unique."""
    states = {(row.thread, row.seq): row.state for row in rows}
    numbers = [(row.thread, row.state.change) for row in rows if row.state.change]
    report.expect(len(numbers) == len(set(numbers)), "each change has a number of its own")
    said = {(thread, seq): text for talker in world.talkers for (thread, seq), text in talker.texts.items()}
    deleted = {
        (request.thread, request.seq)
        for talker in world.talkers
        for request in talker.requests.granted
        if request.kind == "delete"
    }
    for place, text in said.items():
        expected = "" if place in deleted else text
        report.expect(states[place].text == expected, f"{place} is {states[place].text}, not {expected}")
        report.expect(states[place].deleted == (place in deleted), f"{place}: deletion stored and acknowledged differ")
    for talker in world.talkers:
        chosen = {
            (request.thread, request.seq, request.value): request.kind
            for request in talker.requests.granted
            if "react" in request.kind
        }
        for (thread, seq, emoji), kind in chosen.items():
            people = dict(states[thread, seq].reactions).get(emoji, ())
            stands = (talker.user_id in people) == (kind == "react")  # type: ignore[operator]
            report.expect(
                stands or (thread, seq) in deleted, f"{emoji} of {talker.user_id} at {thread}, {seq}: not {kind}"
            )
    report.measured["changes"] = str(sum(len(talker.requests.granted) for talker in world.talkers))


async def settle(world: World, report: Report, within: float, since: float | None, patience: float = 60) -> None:
    """Stops everyone, and measures the time since `since` or now until every chat is open again and
    every message is settled and on every screen.
    """
    since = since or time.monotonic()
    for talker in world.talkers:
        talker.talking = False

    def complete() -> bool:
        if not all(talker.settled and view.is_open for talker in world.talkers for view in talker.views.values()):
            return False
        last, change = last_of(world)
        return all(
            view.last >= last[thread] and view.change >= change[thread]
            for talker in world.talkers
            for thread, view in talker.views.items()
        )

    def heard() -> bool:
        last, change = last_of(world)
        return all(
            max(numbers) >= last[thread] and max(listener.heard_changes[thread], default=0) >= change[thread]
            for listener in world.listeners
            for thread, numbers in listener.heard.items()
            if numbers and not listener.closes
        )

    try:
        await world.until(complete, patience)
    except TimeoutError:
        report.missed.append(f"not complete after {patience:g} s")
        return
    report.complete = time.monotonic() - since
    report.expect(report.complete <= within, f"complete within {within:g} s")
    try:
        await world.until(heard, LISTS)
    except TimeoutError:
        report.missed.append(f"lists are not complete after {LISTS:g} s more")
    for talker in world.talkers:
        talker.talking = True


def last_of(world: World) -> tuple[dict[int, int], dict[int, int]]:
    """Returns each thread's last acknowledged message and change."""
    last: dict[int, int] = defaultdict(int)
    change: dict[int, int] = defaultdict(int)
    for talker in world.talkers:
        for id, seq in talker.acknowledged.items():
            thread = talker.attempted[id][0]
            last[thread] = max(last[thread], seq)
        for thread, number in talker.requests.last.items():
            change[thread] = max(change[thread], number)
    return last, change
