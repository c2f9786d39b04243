"""Checks what visitors and talkers have seen."""

import contextlib
import time

from tests.faults.checker import Report, check, settle
from tests.production.stage import Stage


async def judge(stage: Stage, report: Report, since: float) -> None:
    """Lets everyone talk a while longer and then stop; nothing may be missing on any screen."""
    said = {talker.user_id: len(talker.acknowledged) for talker in stage.talkers}
    await stage.until(lambda: all(len(each.acknowledged) > said[each.user_id] + 1 for each in stage.talkers), 40)
    report.measured["everyone went on after"] = f"{time.monotonic() - since:.1f} s"
    await settle(stage, report, 10, None)
    with contextlib.suppress(TimeoutError):  # the gap repair brings lost messages to lists within 10 s
        await stage.until(lambda: not all_missed(stage), 10)
    check(stage, report)
    print(
        f"\n{report.fault}: {report.attempted} attempted, {report.acknowledged} acknowledged, {report.stored} stored, "
          f"{report.lost} lost, {report.doubled} doubled, {report.reordered} reordered, "
          f"complete after {report.complete or 0:.1f} s {report.measured}")  # fmt: skip
    assert report.missed == []


def all_missed(stage: Stage) -> list[str]:
    now = Report("now")
    check(stage, now)
    return now.missed
