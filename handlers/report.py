"""/report: the half-year in words first, then as PDF and spreadsheet, and the way to the pages."""

from __future__ import annotations

from datetime import date

from handlers import figures, report_tables
from handlers.buttons import Button, LinkButton
from handlers.conversation import Action, Conversation
from handlers.digest import for_readers
from handlers.papers.order import PDF, XLSX, Draw, NotToBeMade, Order, Wanted
from handlers.turn import Turn
from services import events
from services.evaluation import doors, measures, report, scope
from services.evaluation.measures import Period
from services.evaluation.report import Report

SENTENCES = 6


def show(turn: Turn) -> None:
    """The half-year so far, or the one before: what is good, what needs attention."""
    period = _period(turn)
    found = _report(turn, period)
    words = turn.words
    parts = [words.text("report.title", period=figures.period_name(words, period))]
    if not found.together.filed:
        parts.append(words.text("report.nothing"))
    else:
        parts.append(words.text("report.filed", n=found.together.filed))
    for key, findings in (
        ("report.good", found.good),
        ("report.attention", found.attention),
        ("report.unsaid", found.unsaid),
    ):
        if findings:
            parts += ["", words.text(key)]
            parts += [
                words.text("report.sentence", text=figures.sentence(words, found.scope, one))
                for one in findings[:SENTENCES]
            ]
    first = period.months[0].isoformat()
    other = report.previous(period)
    rows = [
        [
            Button("report.pdf", "report.pdf", first),
            Button("report.xlsx", "report.xlsx", first),
        ],
        [Button("report.before", "report.show", other.months[0].isoformat())],
    ]
    if turn.kit.public_url:
        rows.append([Button("report.pages", "report.pages")])
    turn.show_html("\n".join(parts), rows)


def send_pdf(turn: Turn) -> None:
    _send(turn, "pdf")


def send_xlsx(turn: Turn) -> None:
    _send(turn, "xlsx")


def send_link(turn: Turn) -> None:
    """A one-time link to the pages; it opens one browser, once, within ten minutes."""
    if not turn.kit.public_url:
        turn.toast("button.not_valid", alert=True)
        return
    token = doors.make_link(turn.session, turn.kit.vault, turn.caller.telegram_id, turn.now)
    url = f"{turn.kit.public_url.rstrip('/')}/managers/open/{token}"
    turn.say(
        "report.link",
        [[LinkButton("report.link_open", url)]],
        minutes=int(doors.LINK_LASTS.total_seconds() // 60),
    )


def _send(turn: Turn, kind: str) -> None:
    period = _period(turn)
    first = period.months[0]
    turn.say_paper(
        Wanted(
            f"report_{kind}",
            f"casnos-{first:%Y-%m}-{turn.caller.language}.{kind}",
            PDF if kind == "pdf" else XLSX,
            details={"first": first.isoformat()},
        ),
        "report.caption",
        period=figures.period_name(turn.words, period),
    )
    events.record(
        turn.session,
        "report.made",
        at=turn.now,
        actor=events.staff(turn.caller.telegram_id),
        subject=("staff", turn.caller.telegram_id),
        data={"first": first.isoformat(), "kind": kind},
    )


def make_pdf(order: Order) -> Draw:
    found = _ordered(order)

    def draw() -> bytes:
        from handlers.papers import report as paper  # heavy: only when one is wanted

        return paper.write(order.words, found, at=order.at)

    return draw


def make_xlsx(order: Order) -> Draw:
    found = _ordered(order)
    return lambda: report_tables.write_xlsx(order.words, found)


def _ordered(order: Order) -> Report:
    """The report as whoever ordered it may see it now."""
    try:
        within = scope.of(order.session, order.telegram_id)
    except scope.NotForYou:
        raise NotToBeMade from None
    period = measures.half_year(date.fromisoformat(order.details["first"]))
    return report.make(order.session, within, period, on=order.day)


def _report(turn: Turn, period: Period) -> Report:
    """Without the durations, which take a longer look: the words in chat do without."""
    within = scope.of(turn.session, turn.caller.telegram_id)
    return report.make(turn.session, within, period, on=turn.today, durations=False)


def _period(turn: Turn) -> Period:
    """The half-year a button names, else the present one."""
    argument = turn.press.argument if turn.press is not None else ""
    try:
        return measures.half_year(date.fromisoformat(argument))
    except ValueError:
        return measures.half_year(turn.today)


CONVERSATION = Conversation(
    name="report",
    personal=False,
    commands={"report": for_readers(show)},
    actions={
        "report.show": Action(for_readers(show)),
        "report.pdf": Action(for_readers(send_pdf)),
        "report.xlsx": Action(for_readers(send_xlsx)),
        "report.pages": Action(for_readers(send_link)),
    },
    papers={"report_pdf": make_pdf, "report_xlsx": make_xlsx},
)
