"""What a fault did: everything that was promised, counted from the outside."""

import time
from dataclasses import dataclass, field

from tests.faults.world import World, stored


@dataclass
class Report:
    """One row of the table. `goals` are sentences of what was missed; empty means that all held."""

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
    """acknowledged ⊆ stored ⊆ attempted; nothing doubled; numbers dense; each view equals what is stored, in order."""
    attempted = {id: told for talker in world.talkers for id, told in talker.attempted.items()}
    acknowledged = {id: seq for talker in world.talkers for id, seq in talker.acknowledged.items()}
    threads = {thread for talker in world.talkers for thread in talker.threads}
    rows = [row for row in stored(world.servers.database_url) if row[0] in threads]
    by_id = {id: (thread, seq, text) for thread, seq, id, text in rows}
    in_order: dict[int, list[str]] = {thread: [] for thread in threads}
    for thread, seq, id, _ in rows:
        in_order[thread].append(id)
        report.expect(seq == len(in_order[thread]), f"thread {thread} has {seq} at place {len(in_order[thread])}")

    report.attempted, report.acknowledged, report.stored = len(attempted), len(acknowledged), len(rows)
    report.lost = sum(by_id.get(id, (0, 0, ""))[1] != seq for id, seq in acknowledged.items())
    report.expect(all(attempted.get(id) == (thread, text) for id, (thread, _, text) in by_id.items()), "stored as said")
    report.doubled = len(rows) - len(by_id)
    for talker in world.talkers:
        for breach in talker.breaches:
            report.doubled += breach.startswith("doubled")
            report.reordered += breach.startswith("reordered")
            report.expect(breach.startswith(("doubled", "reordered")), breach)
        for thread, view in talker.views.items():
            missing = len(in_order[thread]) - len(view.ids)
            report.lost += max(0, missing)
            report.reordered += view.ids != in_order[thread][: len(view.ids)]
    for listener in world.listeners:  # a list page that was never cut off has heard of everything since it came
        for thread, heard in listener.heard.items():
            if not listener.closes and heard:
                missing_news = set(range(min(heard), len(in_order[thread]) + 1)) - heard
                told = f"{sorted(missing_news)[:5]} of {min(heard)} to {len(in_order[thread])}"
                report.expect(not missing_news, f"a list has not heard of {len(missing_news)} messages: {told}")
    for what in ("lost", "doubled", "reordered"):
        report.expect(getattr(report, what) == 0, f"{what}: {getattr(report, what)}")


async def settle(world: World, report: Report, within: float, since: float | None, patience: float = 60) -> None:
    """Everyone falls silent; measures how long it takes, since that moment or now, until every chat is open again, and
    every message settled and on every screen.
    """
    since = since or time.monotonic()
    for talker in world.talkers:
        talker.talking = False

    def complete() -> bool:
        views = [view for talker in world.talkers for view in talker.views.values()]
        if not all(view.opened for view in views) or not all(talker.settled for talker in world.talkers):
            return False
        last = {talker.threads[0]: 0 for talker in world.talkers}
        for talker in world.talkers:
            for seq in talker.acknowledged.values():
                last[talker.threads[0]] = max(last[talker.threads[0]], seq)
        return all(talker.views[talker.threads[0]].last >= last[talker.threads[0]] for talker in world.talkers)

    try:
        await world.until(complete, patience)
    except TimeoutError:
        report.missed.append(f"not complete after {patience:g} s")
        return
    report.complete = time.monotonic() - since
    report.expect(report.complete <= within, f"complete within {within:g} s")
    for talker in world.talkers:
        talker.talking = True
