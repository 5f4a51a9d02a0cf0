"""Telegram's limits, counted second by second on a made-up clock."""

from __future__ import annotations

from bisect import bisect_left

import pytest

from bot.gateway.limits import Budget, SendingLimits


def send_as_fast_as_allowed(budget: Budget, chats: list[int], seconds: float) -> list[float]:
    """The moments at which messages leave when there is always one waiting for each chat."""
    now, sent = 0.0, []
    while now < seconds:
        wait = budget.wait_s(now)
        if wait > 0:
            now += wait
            continue
        free = [chat for chat in chats if budget.chat_wait_s(chat, now) <= 0]
        if not free:
            now += min(budget.chat_wait_s(chat, now) for chat in chats)
            continue
        chats.append(chats.pop(chats.index(free[0])))
        budget.take(free[0], now)
        sent.append(now)
    return sent


def most_in(moments: list[float], window: float) -> int:
    return max(bisect_left(moments, at + window) - i for i, at in enumerate(moments))


def test_never_more_than_thirty_in_any_second_and_nearly_thirty_are_used() -> None:
    sent = send_as_fast_as_allowed(Budget(SendingLimits(), 0.0), list(range(1, 200)), 20)
    assert most_in(sent, 1.0) <= 30
    assert len(sent) / 20 >= 0.97 * 30


def test_messages_that_take_a_hundredth_longer_still_make_thirty_in_a_second() -> None:
    sent = send_as_fast_as_allowed(Budget(SendingLimits(), 0.0), list(range(1, 200)), 20)
    assert most_in(sent, 1.01) <= 30


def test_a_chat_gets_a_small_burst_and_then_one_a_second() -> None:
    sent = send_as_fast_as_allowed(Budget(SendingLimits(), 0.0), [7], 30)
    assert most_in(sent, 0.5) <= 4
    assert len(sent) <= 4 + 30


def test_a_group_gets_at_most_twenty_in_any_minute() -> None:
    sent = send_as_fast_as_allowed(Budget(SendingLimits(), 0.0), [-100123], 600)
    assert most_in(sent, 60.0) <= 20
    assert len(sent) >= 150


def test_a_pause_stops_everything_and_is_not_made_up_for() -> None:
    budget = Budget(SendingLimits(), 0.0)
    budget.take(1, 0.0)
    budget.pause(30.0)
    assert budget.wait_s(29.9) > 0
    assert budget.wait_s(30.0) == 0
    sent = [30.0 + at for at in send_as_fast_as_allowed_from(budget, 30.0, 5.0)]
    assert most_in(sent, 1.0) <= 30


def send_as_fast_as_allowed_from(budget: Budget, start: float, seconds: float) -> list[float]:
    now, sent = start, []
    while now < start + seconds:
        if (wait := budget.wait_s(now)) > 0:
            now += wait
            continue
        budget.take(None, now)
        sent.append(now - start)
    return sent


def test_a_pause_of_one_group_leaves_the_others_alone() -> None:
    budget = Budget(SendingLimits(), 0.0)
    budget.pause_chat(-5, 12.0)
    assert budget.chat_wait_s(-5, 2.0) == pytest.approx(10.0)
    assert budget.chat_wait_s(-6, 2.0) == 0
    assert budget.chat_wait_s(-5, 12.0) == 0


def test_a_shorter_pause_never_ends_a_longer_one() -> None:
    budget = Budget(SendingLimits(), 0.0)
    budget.pause(30.0)
    budget.pause(5.0)
    assert budget.wait_s(10.0) == pytest.approx(20.0)


@pytest.mark.parametrize("per_second", [1, 5, 30, 100, 400])
def test_another_rate_is_kept_too(per_second: float) -> None:
    budget = Budget(SendingLimits.of_rate(per_second), 0.0)
    sent = send_as_fast_as_allowed_from(budget, 0.0, 5.0)
    assert most_in(sent, 1.0) <= per_second * 1.05 + 1
    assert len(sent) >= per_second * 5 * 0.8


def test_buckets_of_quiet_chats_are_forgotten() -> None:
    budget = Budget(SendingLimits.of_rate(100_000), 0.0)
    for chat in range(1, 10_000):
        budget.take(chat, float(chat))
    assert len(budget._chats) <= Budget.SWEEP_EVERY + 1
