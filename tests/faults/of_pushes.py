"""Couriers are killed while they push: everybody is told, and nobody twice."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from uuid import uuid4

from chatserver.notifications.vapid import public_keys
from tests.faults.checker import Report
from tests.faults.registry import fault, judge
from tests.faults.world import World
from tests.support.database import execute
from tests.support.push_service import PushService, serving_pushes
from tests.support.pushing import VAPID_KEY, decoded
from tests.support.repository import ROOT

CLAIMED = "select 1 from pushes where claimed_until > now()"
DUE = "select 1 from pushes where due_at is not null"
NOT_TOLD = """\
select 1
from push_subscriptions s
join participants p on p.user_id = s.user_id
join threads t on t.id = p.thread_id
left join pushes k on k.subscription_id = s.id and k.thread_id = t.id
cross join lateral (select max(m.seq) as seq from unread_messages(t.id, p.user_id, p.read_seq, p.from_seq) m) newest
where coalesce(k.seq, 0) < newest.seq"""
SUBSCRIBE = """\
insert into push_subscriptions
    (user_id, session_key, endpoint, p256dh, auth, vapid_key, browser, language, made_at)
select {user}, '{session}', '{endpoint}', '\\x{p256dh}', '\\x{auth}', '{key}', '', 'en', now() - interval '1 hour'"""


@fault
async def courier_killed_between_claim_and_send(world: World, report: Report) -> None:
    """What the first courier has claimed hangs until it is dead: nobody reads what it sends."""
    service = PushService()
    async with await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", service.port):
        subscribe(world, service)
        first = await start_courier(world, service)
        await world.until(lambda: bool(execute(world.servers.database_url, CLAIMED)), 30)
        first.send_signal(signal.SIGKILL)
        await first.wait()
    async with serving_pushes(service):
        couriers = [await start_courier(world, service) for _ in range(2)]
        await judge(world, report, within=10)
        for talker in world.talkers:  # else something is due again at once
            talker.talking = False
        await world.until(lambda: not execute(world.servers.database_url, DUE), 90)
        for courier in couriers:
            courier.terminate()
            await courier.wait()
    told = Counter[tuple[str, int, int]]()
    while not service.pushes.empty():
        push = service.pushes.get_nowait()
        told[push.browser, push.read["thread"], push.read["seq"]] += 1
    report.measured["pushed"] = str(sum(told.values()))
    report.expect(bool(told), "somebody is told")
    report.expect(not execute(world.servers.database_url, NOT_TOLD), "everybody is told of the newest message")
    report.expect(max(told.values(), default=1) == 1, "nobody is told twice")


def subscribe(world: World, service: PushService) -> None:
    """Gives everybody who has something unread a browser."""
    unread = (
        "select distinct p.user_id from participants p join threads t on t.id = p.thread_id"
        " where t.last_seq - p.read_seq - p.sent_unread > 0 and not exists (select from push_subscriptions)"
    )
    for (user,) in execute(world.servers.database_url, unread):
        browser = service.browser()
        keys = browser.subscription["keys"]
        execute(
            world.servers.database_url,
            SUBSCRIBE.format(
                user=user,
                session=uuid4(),
                endpoint=browser.endpoint,
                p256dh=decoded(keys["p256dh"]).hex(),
                auth=browser.auth.hex(),
                key=next(iter(public_keys([VAPID_KEY]))),
            ),
        )


async def start_courier(world: World, service: PushService) -> asyncio.subprocess.Process:
    log = (world.servers.data_dir / "courier.log").open("ab")
    environ = world.environ | {
        "VAPID_KEYS": VAPID_KEY,
        "VAPID_SUBJECT": "mailto:ana@example.org",
        "PUSH_HOSTS": service.host,
        "PUSH_DELAY": "0",
        "COURIER_INTERVAL": "0.2",
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chatserver", "courier", cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=log
    )
