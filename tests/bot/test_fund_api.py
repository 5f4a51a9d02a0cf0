"""The fund's live system: well, slow, down, wrong, and well again, as a citizen meets it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from datetime import date
from random import Random
from typing import Any

import pytest

from bot.fund_api import CircuitBreaker, FundApi, FundKnowsNobody, FundSilent
from bot.fund_refresh import FundRefresh
from bot.gateway.workers import Workers
from services.database import sessions
from tests.support.chat import Chat, FundBot
from tests.support.citizens import citizen
from tests.support.fund_reference_server import TOKEN, ReferenceServer, account, year

SSN = "990000000001"
PAID = {
    "receipt": "F1",
    "year": 2026,
    "paid_on": "2026-11-24",
    "amount": "43200.00",
    "channel": "card",
}
BAD_MODES = ["down", "error", "busy", "broken_json", "html", "wrong_schema", "wrong_sum",
             "from_the_future", "endless"]  # fmt: skip


class Fund:
    """A bot with a live system behind it. `look` lets the waiting questions be asked."""

    def __init__(self, bot: FundBot, server: ReferenceServer) -> None:
        self.bot = bot
        self.server = server
        self.waits: list[float] = []
        self.breaker = CircuitBreaker(monotonic=lambda: self.monotonic)
        self.monotonic = 0.0
        bot._settings = bot._settings.model_copy(update={"FUND_API_URL": server.url})
        bot.restart()
        self.workers = Workers(1)

    async def look(self) -> None:
        async def no_sleep(seconds: float) -> None:
            self.waits.append(seconds)

        api = FundApi(
            self.server.url,
            TOKEN,
            random=Random(1),
            breaker=self.breaker,
            answer_timeout_s=0.4,
            sleep=no_sleep,
        )
        refresh = FundRefresh(
            api=api,
            kit=self.bot.kit,
            clock=self.bot.clock,
            sessions=sessions(self.bot._engine),
            workers=self.workers,
            after_commit=lambda calls: None,
        )
        async with api:
            await refresh.look()
            await refresh.settled()
        self.bot.deliver()


@pytest.fixture
async def server() -> AsyncIterator[ReferenceServer]:
    async with ReferenceServer({SSN: account()}, slow_s=1.0) as running:
        yield running


@pytest.fixture
async def fund(fund_bot: FundBot, server: ReferenceServer) -> AsyncIterator[Fund]:
    made = Fund(fund_bot, server)
    made.workers.start()
    yield made
    await made.workers.stop()


def _trader(fund: Fund, **facts: Any) -> Chat:
    return citizen(fund.bot, ssn=SSN, affiliated_on=date(2026, 1, 1), **facts)


async def test_the_known_figure_comes_at_once_and_the_funds_own_follows_in_place(
    fund: Fund,
) -> None:
    fund.server.accounts[SSN] = account(
        payments=[PAID], years=[year(2026, "43200.00", "43200.00", "0.00", "3888.50")]
    )
    chat = _trader(fund)
    shown = chat.send("/status").text
    assert "Total à payer : 47 088 DA" in shown
    assert "Paiements connus jusqu’au 20 novembre 2026" in shown
    assert "Nous demandons les derniers chiffres à la caisse" in shown
    seen = len(chat.messages)
    await fund.look()
    assert len(chat.messages) == seen
    assert "Total à payer : 3 888,50 DA" in chat.text
    assert (
        "Majoration de retard 3 888,50 DA (chiffre de la caisse au 25 novembre 2026)" in chat.text
    )
    assert "Chiffres de la caisse elle-même, 25 novembre 2026 à 10:00" in chat.text
    assert "Vérifié à l’instant auprès de la caisse." in chat.text
    assert "indicatif" not in chat.text


async def test_a_fresh_answer_is_not_asked_for_again_and_survives_a_restart(fund: Fund) -> None:
    fund.server.accounts[SSN] = account(years=[year(2026, "43200", "0", "43200", "100.25")])
    chat = _trader(fund)
    chat.send("/status")
    fund.bot.restart()
    await fund.look()
    fund.bot.restart()
    assert "Total à payer : 43 300,25 DA" in chat.send("/status").text
    assert "Nous demandons" not in chat.text
    await fund.look()
    assert fund.server.asked == 1
    fund.bot.clock.advance(minutes=11)
    assert "Nous demandons" in chat.send("/status").text


async def test_a_slow_system_keeps_nobody_waiting(fund: Fund) -> None:
    chat = _trader(fund)
    fund.server.mode = "slow"
    started = time.monotonic()
    assert "Total à payer : 47 088 DA" in chat.send("/status").text
    assert time.monotonic() - started < 3
    await fund.look()
    assert fund.server.asked == 1  # too slow: not made worse by asking again at once
    assert "Le système de la caisse ne répond pas pour le moment." in chat.text
    assert "Total à payer : 47 088 DA" in chat.text
    assert "Paiements connus jusqu’au 20 novembre 2026" in chat.text


@pytest.mark.parametrize("mode", BAD_MODES)
async def test_without_a_usable_answer_the_last_known_figure_stands_with_its_date(
    sqlite_bot: FundBot, server: ReferenceServer, mode: str
) -> None:
    fund = Fund(sqlite_bot, server)
    fund.workers.start()
    server.accounts[SSN] = account(years=[year(2026, "43200", "0", "43200", "100.25")])
    chat = _trader(fund)
    chat.send("/status")
    await fund.look()
    fund.bot.clock.advance(days=2)
    server.mode = mode
    chat.send("/status")
    assert "Total à payer : 43 300,25 DA" in chat.text
    await fund.look()
    assert "Total à payer : 43 300,25 DA" in chat.text
    assert "Chiffres de la caisse elle-même, 25 novembre 2026 à 10:00" in chat.text
    assert "ne répond pas pour le moment" in chat.text
    # and recovered: the question was kept, and its answer arrives by itself
    server.mode = "well"
    server.accounts[SSN] = account(
        as_of="2026-11-27T10:00:00+01:00", years=[year(2026, "43200", "43200", "0", "0")]
    )
    fund.bot.clock.advance(minutes=1)
    fund.monotonic += 60
    await fund.look()
    assert "Vous êtes à jour. Rien à payer pour le moment." in chat.text
    assert "27 novembre 2026 à 10:00" in chat.text
    assert sqlite_bot.do(lambda s: s.execute(_count_questions()).scalar_one()) == 0
    await fund.workers.stop()


def _count_questions() -> Any:
    from sqlalchemy import func, select

    from services.records.fund_system import FundQuestion

    return select(func.count()).select_from(FundQuestion)


async def test_when_the_system_is_known_to_be_silent_it_is_said_at_once(fund: Fund) -> None:
    fund.server.mode = "down"
    fund.server.accounts["990000000002"] = account()
    for person, number in ((7001, SSN), (7002, "990000000002")):
        chat = citizen(fund.bot, person, ssn=number)
        chat.send("/status")
        await fund.look()
    assert fund.breaker.is_open
    assert "ne répond pas pour le moment" in chat.send("/status").text
    asked = fund.server.asked
    await fund.look()
    assert fund.server.asked == asked  # left in peace while the circuit is open
    fund.server.mode = "well"
    fund.monotonic += 31
    fund.bot.clock.advance(minutes=6)
    await fund.look()
    assert not fund.breaker.is_open
    fund.bot.clock.advance(minutes=11)
    assert "Nous demandons" in chat.send("/status").text


async def test_who_went_on_is_not_pulled_back_but_told_of_a_change(fund: Fund) -> None:
    fund.server.accounts[SSN] = account(years=[year(2026, "43200", "0", "43200", "0")])
    chat = _trader(fund)
    chat.send("/status")
    chat.press("Comment c’est calculé")
    explained = chat.last_message
    await fund.look()
    assert explained.text.startswith("2026 : comment nous arrivons")
    assert "La caisse a répondu : le montant a changé." in chat.text
    assert "Total à payer : 43 200 DA" in chat.text


async def test_a_stated_year_explains_itself_with_the_funds_figure_first(fund: Fund) -> None:
    fund.server.accounts[SSN] = account(
        years=[year(2009, "1000", "0", "1000", "50.50"), year(2026, "43200", "0", "43200", "10")]
    )
    chat = _trader(fund)
    chat.send("/status")
    await fund.look()
    assert "2009 : 1 050,50 DA en retard" in chat.text
    assert "Total à payer : 44 260,50 DA" in chat.text
    chat.press("Comment c’est calculé")
    chat.press("2026")
    assert "2026 : comment nous arrivons à 43 210 DA" in chat.text
    assert "Chiffre de la caisse elle-même (25 novembre 2026 à 10:00)" in chat.text
    assert "Notre calcul, pour comparaison :" in chat.text
    assert "15 % de 288 000 DA = 43 200 DA" in chat.text
    chat.press("2009")  # a year for which we have no rules
    assert "cotisation 1 000 DA · payé 0 DA · reste 1 000 DA\nmajoration 50,50 DA" in chat.text
    assert "Notre calcul" not in chat.text


async def test_two_figures_more_than_one_dinar_apart_are_a_discrepancy_once(fund: Fund) -> None:
    ours = year(2026, "43200", "0", "43200", "3888.00")
    fund.server.accounts[SSN] = account(years=[ours | {"surcharge": "3889.00"}])
    chat = _trader(fund)
    chat.send("/status")
    await fund.look()
    assert fund.bot.events("figure.differs") == []  # 1 DA is rounding
    for minute in ("11:00", "11:30"):
        fund.bot.clock.set(day="2026-11-25", at=minute)
        fund.server.accounts[SSN] = account(
            as_of=f"2026-11-25T{minute}:00+01:00", years=[ours | {"surcharge": "3889.01"}]
        )
        chat.send("/status")
        await fund.look()
    [event] = fund.bot.events("figure.differs")
    assert event.data == {"fund_less_ours": 101, "as_of": "2026-11-25"}


async def test_newer_imported_records_come_before_an_older_answer(fund: Fund) -> None:
    fund.server.accounts[SSN] = account(
        as_of="2026-11-10T10:00:00+01:00", years=[year(2026, "43200", "0", "43200", "0")]
    )
    chat = _trader(fund)
    chat.send("/status")
    await fund.look()
    assert "Total à payer : 47 088 DA" in chat.text
    assert "Paiements connus jusqu’au 20 novembre 2026" in chat.text


async def test_an_answer_after_the_mandate_ended_is_shown_to_nobody(fund: Fund) -> None:
    fund.server.accounts[SSN] = account(years=[year(2026, "43200", "0", "43200", "0")])
    chat = _trader(fund, kind="mandate", until=date(2026, 11, 25))
    before = chat.send("/status").html
    fund.bot.clock.set(day="2026-11-26", at="00:01")
    await fund.look()
    assert chat.last_message.html == before


async def _api(server: ReferenceServer, work: Callable[[FundApi], Any], **options: Any) -> Any:
    async with FundApi(options.pop("url", server.url), options.pop("token", TOKEN),
                       random=Random(1), **options) as api:  # fmt: skip
        return await work(api)


async def test_a_wrong_token_is_not_tried_again(server: ReferenceServer) -> None:
    with pytest.raises(FundSilent, match="unauthorised"):
        await _api(server, lambda api: api.account(SSN), token="wrong")
    assert server.asked == 1


async def test_an_unknown_number_is_an_answer(server: ReferenceServer) -> None:
    with pytest.raises(FundKnowsNobody):
        await _api(server, lambda api: api.account("990000000009"))


async def test_a_failure_is_retried_with_growing_jittered_waits(server: ReferenceServer) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    server.mode = "error"
    with pytest.raises(FundSilent, match="http_500"):
        await _api(server, lambda api: api.account(SSN), sleep=sleep)
    assert server.asked == 3
    assert 0.25 <= waits[0] <= 0.75 <= waits[1] <= 2.25


async def test_nobody_listening_is_silence_not_a_crash(server: ReferenceServer) -> None:
    await server.stop()
    with pytest.raises(FundSilent, match="unreachable"):
        await _api(server, lambda api: api.account(SSN), sleep=_at_once)


async def _at_once(_: float) -> None:
    return None


def test_the_circuit_lets_one_probe_through_after_a_rest() -> None:
    now = [0.0]
    breaker = CircuitBreaker(opens_after=2, rest_s=30, monotonic=lambda: now[0])
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    now[0] = 30
    assert breaker.allows()
    assert not breaker.allows()  # one probe at a time
    breaker.failed()
    assert not breaker.allows()
    now[0] = 60
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()
    assert not breaker.is_open


def test_neither_number_nor_token_shows_in_what_may_be_logged() -> None:
    api = FundApi("https://fund.example", "s3cret", random=Random(1))
    assert "s3cret" not in repr(api)
    assert SSN not in api._url
