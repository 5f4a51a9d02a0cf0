"""A colleague opens a question in a citizen's chat while that chat has an update of its own being
handled. Neither may write over the other: on a real PostgreSQL, in two threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from handlers import reception
from services import people
from services.people import Caller
from services.vault import Vault
from tests.support.chat import Chat, FundBot
from tests.support.clock import SetClock
from tests.support.complaints import AGENT, CITIZEN, file_complaint, linked_citizen, open_agencies

WAIT_S = 20


@pytest.fixture
def bot(postgresql_url: str, vault: Vault, clock: SetClock) -> Iterator[FundBot]:
    bot = FundBot(postgresql_url, vault, clock)
    open_agencies(bot)
    yield bot
    bot.close()


class Held:
    """Updates of one person stop just before their commit, until they are let go."""

    def __init__(self, person: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        handle = reception.receive

        def receive(kit, session, update, **details):  # type: ignore[no-untyped-def]
            handle(kit, session, update, **details)
            content = update.get("message") or update.get("callback_query") or {}
            if content["from"]["id"] == person and not self.reached.is_set():
                self.reached.set()
                assert self.go.wait(WAIT_S)

        monkeypatch.setattr("bot.gateway.unit.reception.receive", receive)


def in_thread(work: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, failures


def _a_question_ready_to_leave(bot: FundBot) -> tuple[Chat, Chat]:
    citizen = linked_citizen(bot, name_fr="Karim Benali", ssn="990000000077")
    file_complaint(citizen)
    agent = bot.chat(AGENT)
    agent.send("/queue")
    agent.press("R-16-26")
    agent.press("Demander")
    agent.send("Quelle pharmacie ?")
    return citizen, agent


def _stands(bot: FundBot) -> Caller:
    found = bot.do(lambda session: people.find(session, CITIZEN))
    assert found is not None
    return found


def test_what_the_citizen_is_just_doing_is_not_written_over(
    bot: FundBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    citizen, agent = _a_question_ready_to_leave(bot)
    held = Held(CITIZEN, monkeypatch)
    thread, failures = in_thread(lambda: citizen.send("/complaint"))
    assert held.reached.wait(WAIT_S)
    agent.press("✅ Envoyer")  # it does not wait for the citizen's update either
    held.go.set()
    thread.join(WAIT_S)
    assert failures == []
    assert not thread.is_alive()
    stands = _stands(bot)
    assert (stands.step or "").startswith("complaint.")
    assert "complaint" in stands.drafts
    assert "cases" not in stands.drafts
    assert citizen.seen("Quelle pharmacie ?")
    # Its button leads to the reply all the same.
    citizen.press("Répondre")
    citizen.send("Celle du centre.")
    assert len(bot.events("complaint.replied")) == 1


def test_what_the_citizen_writes_while_a_question_is_being_opened_is_its_reply(
    bot: FundBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    citizen, agent = _a_question_ready_to_leave(bot)
    held = Held(AGENT, monkeypatch)
    asking, failures = in_thread(lambda: agent.press("✅ Envoyer"))
    assert held.reached.wait(WAIT_S)
    replying, more = in_thread(lambda: citizen.send("Celle du centre."))
    replying.join(0.5)
    assert replying.is_alive()  # it waits until the question is there
    held.go.set()
    for thread in (asking, replying):
        thread.join(WAIT_S)
        assert not thread.is_alive()
    assert failures == more == []
    assert len(bot.events("complaint.replied")) == 1
    assert _stands(bot).step is None


def test_two_colleagues_and_both_chats_never_wait_for_each_other(bot: FundBot) -> None:
    """Someone of the staff who is a citizen too: each writes to the other's chat at once."""
    _a_question_ready_to_leave(bot)
    both = threading.Barrier(2)

    def change(own: int, others: int) -> bool:
        def work(session):  # type: ignore[no-untyped-def]
            people.hold_chat(session, own)
            both.wait(WAIT_S)
            found = people.find_to_change(session, others)
            both.wait(WAIT_S)
            return found is not None

        return bool(bot.do(work))

    answers: list[bool] = []
    threads = [
        in_thread(lambda pair=pair: answers.append(change(*pair)))
        for pair in ((CITIZEN, AGENT), (AGENT, CITIZEN))
    ]
    for thread, failures in threads:
        thread.join(WAIT_S)
        assert failures == []
        assert not thread.is_alive()
    assert answers == [False, False]
