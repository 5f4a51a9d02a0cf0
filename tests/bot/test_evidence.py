"""Our own copies of evidence, fetched over HTTP from the local Telegram, with all that fails."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.evidence import EvidenceKeeper
from bot.gateway.api import AiohttpRequest, BotApi
from bot.gateway.transactions import Transactions
from bot.gateway.workers import Workers
from bot.means import make_kit
from bot.settings import Settings
from bot.standin.person import Standin
from handlers.kit import Kit
from services.complaints import citizen, copies, evidence, filing, personal, retention, store
from services.complaints.evidence import Evidence
from services.complaints.office import Office
from services.database import open_engine, sessions
from services.evidence_store import EvidenceStore
from services.file_content import examine
from services.outbox import Call
from services.records.complaints import ComplaintFile, EvidenceRemoval
from services.records.traffic import Event, OutgoingCall
from services.vault import Vault
from tests.services.file_content import samples
from tests.support import fund
from tests.support.clock import SetClock
from tests.support.complaints import meet_citizen

T = TypeVar("T")
CITIZEN = 7001
TOKEN = "77:evidence"
MIB = 1024 * 1024
# Where the database plays no part in what is shown, one kind is enough.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Desk:
    """A case with files, a Telegram that has them, and the keeper between."""

    def __init__(
        self, make: sessionmaker[Session], kit: Kit, clock: SetClock, folder: Path
    ) -> None:
        self.make = make
        self.vault = vault = kit.vault
        self.clock = clock
        self.kit = kit
        self.store = EvidenceStore(folder, vault)
        self.said: list[Call] = []
        self.monotonic = 0.0
        self.standin: Standin
        self.keeper: EvidenceKeeper
        self.api: BotApi
        self.workers = Workers(1)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Desk]:
        async with await Standin.start(token=TOKEN) as self.standin, AiohttpRequest() as request:
            self.workers.start()
            self.api = BotApi(self.standin.base_url, TOKEN, request, timeout_s=1)
            await self.api.call("getMe")
            self.keeper = self.new_keeper()
            yield self
            await self.settled()
            await self.workers.stop()

    def new_keeper(self) -> EvidenceKeeper:
        return EvidenceKeeper(
            api=self.api,
            store=self.store,
            kit=self.kit,
            clock=self.clock,
            transactions=Transactions(self.make, self.workers),
            after_commit=self.said.extend,
            monotonic=lambda: self.monotonic,
        )

    def do(self, work: Callable[[Office], T]) -> T:
        with self.make.begin() as session:
            return work(Office(session, self.kit.policy, self.vault, self.clock.now()))

    def send(self, content: bytes, *, kind: str = "document", name: str = "papier.pdf") -> int:
        """The citizen adds a file to their case; its number."""
        assert self.standin.world is not None
        stored = self.standin.world.files.add(kind=kind, name=name, mime="x/y", data=content)

        def work(office: Office) -> int:
            case = store.load(office.session, 1)
            assert case is not None
            file = Evidence(kind, stored.file_id, stored.unique_id, 1, name=name, size=10)
            evidence.keep(office, case, [file])
            return max(one.id for one in evidence.of(office, case))

        return self.do(work)

    async def look(self, *, after_s: float = 0) -> None:
        """Time passes, and the keeper looks once and ends what it began."""
        self.clock.advance(seconds=after_s)
        self.monotonic += after_s
        await self.keeper.look()
        await self.settled()

    async def settled(self) -> None:
        await self.keeper.settled()

    def row(self, number: int) -> ComplaintFile | None:
        def read(office: Office) -> ComplaintFile | None:
            found = office.session.get(ComplaintFile, number)
            office.session.expunge_all()
            return found

        return self.do(read)

    def state(self, number: int) -> tuple[str, str | None]:
        row = self.row(number)
        assert row is not None
        return row.copy_state, row.copy_reason

    def content(self, number: int) -> bytes:
        row = self.row(number)
        assert row is not None
        with self.store.open(row.blob) as stream:
            return stream.read()

    def on_disk(self) -> int:
        """Files in the directory, whole or in the making, without its mark."""
        found = [path for path in self.store.folder.rglob("*") if path.is_file()]
        return len([path for path in found if path.name != "mark"])

    def words_to(self, person: int) -> list[str]:
        def read(office: Office) -> list[str]:
            rows = office.session.scalars(
                select(OutgoingCall)
                .where(OutgoingCall.chat_id == person, OutgoingCall.method == "sendMessage")
                .order_by(OutgoingCall.id)
            )
            return [row.params for row in rows]

        return self.do(read)


@pytest.fixture(scope="module")
def kit() -> Kit:
    return make_kit(Settings(_env_file=None), Vault(b"k" * 32))


@pytest.fixture
async def desk(database_url: str, kit: Kit, clock: SetClock, tmp_path: Path) -> AsyncIterator[Desk]:
    engine = open_engine(database_url)
    made = Desk(sessions(engine), kit, clock, tmp_path / "evidence")

    def begin(office: Office) -> None:
        fund.create_agency(office.session, "16")
        meet_citizen(office.session, CITIZEN, language="fr", now=clock.now())
        filing.file(
            office,
            filing.Filing(
                telegram_id=CITIZEN,
                language="fr",
                category="other",
                agency="16",
                text="Rien ne marche.",
            ),
        )

    made.do(begin)
    async with made.open():
        yield made
    engine.dispose()


async def test_a_file_is_kept_sealed_and_whole(desk: Desk) -> None:
    content = samples.pdf()
    number = desk.send(content)
    await desk.look()
    row = desk.row(number)
    assert row is not None
    assert (row.copy_state, row.mime, row.size) == ("kept", "application/pdf", len(content))
    assert desk.content(number) == content
    [sealed] = list(desk.store.folder.glob("??/*"))
    assert b"%PDF" not in sealed.read_bytes()
    assert sealed.stat().st_mode & 0o077 == 0
    assert desk.on_disk() == 1
    assert desk.said == []  # what is well is not talked about


async def test_what_waited_through_an_outage_is_made_up(desk: Desk) -> None:
    numbers = [desk.send(samples.picture(), kind="photo") for _ in range(5)]
    desk.clock.advance(days=3)
    for _ in range(3):  # so many at a time
        await desk.look()
    assert [desk.state(one)[0] for one in numbers] == ["kept"] * 5
    assert desk.on_disk() == 5


@ON_SQLITE
@pytest.mark.parametrize(
    ("method", "fault"),
    [
        ("getFile", "error_500"),
        ("getFile", "drop_before"),
        ("getFile", "broken_json"),
        ("download", "error_500"),
        ("download", "bad_gateway"),
        ("download", "truncated"),  # closed in the middle
    ],
)
async def test_trouble_on_the_way_is_tried_again_with_growing_pauses(
    desk: Desk, fault: str, method: str
) -> None:
    number = desk.send(samples.picture(), kind="photo")
    await desk.standin.fault(fault, method=method, times=2)
    tried = []
    for after_s in (0, 9, 2, 18, 3):
        await desk.look(after_s=after_s)
        row = desk.row(number)
        assert row is not None
        tried.append((row.copy_tries, row.copy_state))
    # 10 s after the first try, 20 s after the second.
    assert tried == [
        (1, "waiting"), (1, "waiting"), (2, "waiting"), (2, "waiting"), (3, "kept"),
    ]  # fmt: skip
    assert desk.content(number) == samples.picture()
    assert desk.on_disk() == 1


@pytest.mark.parametrize("method", ["getFile", "download"])
async def test_telegrams_wish_to_wait_is_obeyed_and_counts_no_try(desk: Desk, method: str) -> None:
    number = desk.send(samples.picture(), kind="photo")
    await desk.standin.fault("too_many", method=method, retry_after=40)
    asked = []
    for after_s in (0, 20, 19, 2):
        await desk.look(after_s=after_s)
        row = desk.row(number)
        assert row is not None
        asked.append((row.copy_tries, row.copy_state))
    assert asked == [(0, "waiting"), (0, "waiting"), (0, "waiting"), (1, "kept")]


async def test_while_telegram_is_out_of_reach_no_try_is_counted(desk: Desk) -> None:
    number = desk.send(samples.picture(), kind="photo")
    async with AiohttpRequest() as request:
        away = BotApi("http://127.0.0.1:9", TOKEN, request, timeout_s=1)
        there, desk.api = desk.api, away
        desk.keeper = desk.new_keeper()
        for _ in range(30):
            await desk.look(after_s=70)
        row = desk.row(number)
        assert row is not None
        assert (row.copy_tries, row.copy_state) == (0, "waiting")
        desk.api = there
    desk.keeper = desk.new_keeper()
    await desk.look(after_s=70)
    assert desk.state(number) == ("kept", None)


async def test_a_file_that_telegram_lost_is_asked_for_again_after_the_last_try(desk: Desk) -> None:
    number = desk.send(samples.picture(), kind="photo")
    assert desk.standin.world is not None
    desk.standin.world.files.by_path.clear()  # the name is known, its place is not: 404
    tries = desk.kit.policy.evidence_rules(datetime(2026, 11, 25, tzinfo=UTC).date()).tries
    for _ in range(tries):
        assert desk.state(number)[0] == "waiting"
        await desk.look(after_s=7_200)
    assert desk.state(number) == ("gone", "unavailable")
    [words] = desk.words_to(CITIZEN)
    assert "votre fichier" in words
    assert "Renvoyez ce fichier" in words
    case = desk.do(lambda office: store.load(office.session, 1))
    assert case is not None
    assert case.happenings[-1].name == "file_lost"
    assert desk.on_disk() == 0


async def test_more_than_20_mib_are_cut_off_whatever_was_declared(desk: Desk) -> None:
    assert desk.standin.world is not None
    stored = desk.standin.world.files.add(
        kind="document", name="gros.pdf", mime="x/y", data=samples.pdf() + b"0" * 21 * MIB,
        declared_size=1_000,
    )  # fmt: skip
    number = desk.send(b"x")
    desk.do(
        lambda office: copies.learn(
            office.session, number, telegrams=stored.file_id, unique=stored.unique_id
        )
    )
    await desk.look()
    assert desk.state(number) == ("refused", "too_large")
    assert "20 Mo" in desk.words_to(CITIZEN)[0]
    assert desk.on_disk() == 0


@ON_SQLITE
@pytest.mark.parametrize(
    ("content", "kind", "reason", "said"),
    [  # what each kind of file is, is `services.file_content`'s; here, what is made of it
        (samples.PROGRAM, "document", "dangerous", "contient un programme"),
        (samples.picture()[:-300], "photo", "truncated", "incomplet"),
        (b"", "document", "empty", "vide"),
        (samples.pdf(user="x"), "document", "locked", "mot de passe"),
        (b"%PDF-1.4\n1 0 obj", "document", "truncated", "incomplet"),
        (samples.docx({"a.xml": b"0" * 30_000_000}), "document", "bomb", "beaucoup trop grand"),
        (samples.package({"a.exe": samples.PROGRAM}), "document", "archive", "compressé"),
        (bytes(range(256)) * 9, "document", "unknown", "ne savons pas ouvrir"),
        (samples.pdf(), "voice", "broken", "ne s’ouvre pas"),
    ],
)
async def test_what_may_not_be_kept_is_said_with_its_name_and_what_to_send(
    desk: Desk, content: bytes, kind: str, reason: str, said: str
) -> None:
    number = desk.send(content, kind=kind, name="facture.pdf")
    await desk.look()
    assert desk.state(number) == ("refused", reason)
    [words] = desk.words_to(CITIZEN)
    assert "facture.pdf" in words
    assert said in words
    assert "R-16-26-000001" in words
    assert "nvoyez" in words
    assert desk.on_disk() == 0
    await desk.look(after_s=7_200)
    assert len(desk.words_to(CITIZEN)) == 1


async def test_a_look_that_was_ended_from_outside_is_made_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = desk.send(samples.pdf())
    with monkeypatch.context() as busy:
        busy.setattr("bot.evidence.examine", partial(examine, patience_s=0.0))
        await desk.look()
    assert desk.state(number) == ("waiting", None)
    assert desk.on_disk() == 0
    await desk.look(after_s=11)
    assert desk.state(number) == ("kept", None)


async def test_erased_while_it_was_fetched_nothing_remains(desk: Desk) -> None:
    number = desk.send(samples.picture(), kind="photo")
    await desk.standin.fault("slow", method="download", delay_s=0.3)
    await desk.keeper.look()
    desk.do(lambda office: personal.erase(office.session, CITIZEN, office.now))
    await desk.settled()
    await desk.look()
    assert desk.row(number) is None
    assert desk.on_disk() == 0


async def test_what_is_erased_is_removed_from_the_disk_at_the_next_look(desk: Desk) -> None:
    desk.send(samples.picture(), kind="photo")
    await desk.look()
    assert desk.on_disk() == 1
    desk.do(lambda office: personal.erase(office.session, CITIZEN, office.now))
    await desk.look()
    assert desk.on_disk() == 0
    assert desk.do(lambda office: office.session.scalars(select(EvidenceRemoval)).all()) == []


async def test_a_year_after_the_case_ended_its_files_go_from_the_disk_too(desk: Desk) -> None:
    desk.send(samples.picture(), kind="photo")
    await desk.look()
    desk.do(lambda office: citizen.withdraw(office, CITIZEN, 1))
    gone = []
    for days in (364, 2):
        desk.clock.advance(days=days)
        desk.do(lambda office: retention.forget_old(office.session, office.policy, office.now))
        await desk.look()
        gone.append(desk.on_disk())
    assert gone == [1, 0]


async def test_what_a_kill_left_is_swept_and_what_is_named_stays(desk: Desk) -> None:
    number = desk.send(samples.picture(), kind="photo")
    await desk.look()
    old = time.time() - 8 * 86_400
    part = desk.store.begin("a" * 32)
    part.write(b"half")
    lost = desk.store.folder / "bb" / ("b" * 32)
    lost.parent.mkdir(exist_ok=True)
    lost.write_bytes(b"whole, but no record names it")
    for path in desk.store.folder.rglob("*"):
        if path.is_file():
            os.utime(path, (old, old))
    fresh = desk.store.begin("c" * 32)
    desk.keeper = desk.new_keeper()
    await desk.look()
    assert desk.content(number) == samples.picture()
    assert not lost.exists()
    assert [path.name[:1] for path in (desk.store.folder / "part").iterdir()] == ["c"]
    for one in (part, fresh):
        one.discard()


async def test_another_directory_than_the_records_name_is_not_written_to(desk: Desk) -> None:
    desk.send(samples.picture(), kind="photo")
    await desk.look()
    elsewhere = desk.store.folder.with_name("not-mounted")
    desk.store = EvidenceStore(elsewhere, desk.vault)
    desk.keeper = desk.new_keeper()
    number = desk.send(samples.picture(), kind="photo")
    await desk.look()
    assert desk.state(number)[0] == "waiting"
    assert not elsewhere.exists()
    assert "is it mounted?" in desk.keeper.doing()


async def test_a_disk_that_cannot_be_written_counts_no_try_and_loses_nothing(desk: Desk) -> None:
    number = desk.send(samples.picture(), kind="photo")

    class Full(EvidenceStore):
        def begin(self, name: str) -> Any:
            raise OSError(28, "No space left on device")

    there, desk.store = desk.store, Full(desk.store.folder, desk.vault)
    desk.keeper = desk.new_keeper()
    for _ in range(20):
        await desk.look(after_s=61)
    assert "No space left" in desk.keeper.doing()
    row = desk.row(number)
    assert row is not None
    assert (row.copy_tries, row.copy_state) == (0, "waiting")
    desk.store = there
    desk.keeper = desk.new_keeper()
    await desk.look(after_s=61)
    assert desk.state(number) == ("kept", None)


async def test_no_event_and_no_log_line_holds_the_token_or_a_name(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    for fault in ("error_500", "truncated", "drop_before"):
        desk.send(samples.picture(), kind="photo", name="Karim Benali.jpg")
        await desk.standin.fault(fault, method="download")
        await desk.look(after_s=7_200)
    desk.send(samples.PROGRAM, name="Karim Benali.pdf")
    await desk.look(after_s=7_200)
    events = desk.do(lambda office: [one.data for one in office.session.scalars(select(Event))])
    for text in (caplog.text, str(events)):
        assert TOKEN not in text
        assert "Benali" not in text
