"""What was drawn once is taken from the cache, and the metrics say how often."""

from uuid import uuid4

from tests.support.metrics import until, value, values
from tests.support.people import Person
from tests.support.ports import unused_port
from tests.support.servers import Serve

SERIES = "fragments_total"


async def test_a_page_read_again_takes_its_parts_from_the_cache(serve: Serve) -> None:
    port = unused_port()
    url = await serve(metrics_port=port)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up(), f"only once: {uuid4()}")
        before = await values(port)
        for _ in range(2):
            assert (await ben.get(f"/messages/chat/{thread}/")).status == 200

        async def counted() -> bool:
            now = await values(port)
            hit, miss = (value(now, SERIES, how) - value(before, SERIES, how) for how in ("hit", "miss"))
            return miss >= 2 and hit >= 3  # the message and its row; again, and the line of the day

        await until(counted)
