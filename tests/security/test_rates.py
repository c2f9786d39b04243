"""A rate allows a burst, and then one at a time."""

import pytest

from chatserver.realtime.rate_limits import SWEEP_FROM, Rate

SLOWLY = 0.001  # per second: a test ends before the next one is allowed


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_rate_allows_a_burst_and_then_one_at_a_time() -> None:
    clock = Clock()
    rate = Rate(2, 3, clock)
    assert [rate.acquire("ana") for _ in range(5)] == [0, 0, 0, 0.5, 0.5]
    clock.now += 0.25
    assert rate.acquire("ana") == 0.25
    clock.now += 0.25
    assert [rate.acquire("ana"), rate.acquire("ana")] == [0, 0.5]


def test_waiting_as_long_as_announced_is_enough() -> None:
    clock = Clock()
    rate = Rate(7, 2, clock)
    for _ in range(1000):
        while wait := rate.acquire("ana"):
            clock.now += wait
            assert rate.acquire("ana") < 1e-9
            clock.now += 1e-9


def test_a_pause_restores_the_burst_and_no_more() -> None:
    clock = Clock()
    rate = Rate(2, 3, clock)
    for _ in range(3):
        rate.acquire("ana")
    clock.now += 1_000_000
    assert [rate.acquire("ana") for _ in range(4)] == [0, 0, 0, 0.5]


def test_nobody_uses_up_another_users_attempts() -> None:
    rate = Rate(2, 1, Clock())
    assert [rate.acquire("ana"), rate.acquire("ben"), rate.acquire("ana")] == [0, 0, 0.5]


@pytest.mark.parametrize("rate", [Rate(0, 5), Rate(5, 0)])
def test_a_rate_without_a_limit_allows_everything_and_stores_nothing(rate: Rate) -> None:
    assert not any(rate.acquire("ana") for _ in range(1000))
    assert len(rate) == 0


def test_inactive_clients_are_forgotten() -> None:
    clock = Clock()
    rate = Rate(1, 5, clock)
    for person in range(100 * SWEEP_FROM):
        clock.now += 0.1
        rate.acquire(person)
        assert len(rate) <= SWEEP_FROM


def test_active_clients_are_not_forgotten() -> None:
    clock = Clock()
    rate = Rate(SLOWLY, 1, clock)
    for person in range(3 * SWEEP_FROM):
        rate.acquire(person)
    assert all(rate.acquire(person) for person in range(3 * SWEEP_FROM))
