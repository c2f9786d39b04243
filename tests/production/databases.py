"""Counts of stored and shown messages while people talk."""

import asyncio
from collections.abc import Callable

from tests.production.stage import Stage


async def while_people_talk(stage: Stage, work: Callable[..., object], *arguments: object) -> object:
    """Works in a thread, so that people do talk: messages are stored and shown meanwhile, and nobody is refused."""
    stored, shown = said(stage)
    result = await asyncio.to_thread(work, *arguments)
    stored_now, shown_now = said(stage)
    assert stored_now > stored
    assert shown_now > shown
    assert not any(talker.unavailable for talker in stage.talkers)
    return result


def said(stage: Stage) -> tuple[int, int]:
    """Returns how many messages were acknowledged, and how many are on screens."""
    views = [view for talker in stage.talkers for view in talker.views.values()]
    return sum(len(talker.acknowledged) for talker in stage.talkers), sum(len(view.ids) for view in views)
