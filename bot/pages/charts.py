"""Charts as SVG: the funnel and the months of an agency. Colours are in the style sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from bot.pages.html import Html, el
from handlers.words import Words
from services.evaluation.agencies import MonthPoint
from services.evaluation.comparing import Band
from services.evaluation.funnel import Funnel

WIDTH, HEIGHT, EDGE = 640, 320, 8
FOOT = 0.09
Place = Callable[[str], str]


def funnel(drawn: Funnel, *, title: str, right_to_left: bool, name: Place) -> Html:
    """The funnel plot; each dot tells its agency to a mouse and to a screen reader."""

    def at(across: float, up: float) -> tuple[float, float]:
        return _spot(across, up, right_to_left)

    middle = drawn.up(1)
    (left, level), (right, _) = at(0, middle), at(1, middle)
    parts = [
        el("path", d=_path([at(*point) for point in points]), class_=f"limit limit-{kind}")
        for kind, points in ((key.rpartition("_")[2], one) for key, one in drawn.lines.items())
    ]
    parts.append(el("line", x1=left, y1=level, x2=right, y2=level, class_="expected"))
    for dot in drawn.dots:
        across, up = at(dot.across, dot.up)
        kind = "alarm" if dot.one.band.is_alarm else "usual"
        told = Html(el("title", name(dot.one.place)))
        parts.append(
            Html(f'<circle cx="{across}" cy="{up}" r="5" class="dot dot-{kind}">{told}</circle>')
        )
        if dot.one.band not in (Band.USUAL, Band.TOO_FEW):
            anchor = "end" if across > WIDTH * 0.8 else "start"
            beside = across + (-8 if anchor == "end" else 8)
            parts.append(
                el("text", dot.one.place, x=beside, y=up + 4, text_anchor=anchor, class_="mark")
            )
    return _svg(title, parts)


def months(points: Sequence[MonthPoint], *, title: str, words: Words) -> Html:
    """Counts month by month, with the limits around their usual run. A table beside it says the
    same in figures."""
    top = max([one.observed for one in points] + [one.alarm_high or 0 for one in points] + [1])
    top *= 1.1

    def at(number: int, value: float) -> tuple[float, float]:
        # The foot is left to the names of the months.
        up = FOOT + (1 - FOOT) * min(1.0, value / top)
        return _spot((number + 0.5) / len(points), up, words.right_to_left)

    parts: list[Html] = []
    for name, kind in (
        ("low", "95"),
        ("high", "95"),
        ("alarm_low", "998"),
        ("alarm_high", "998"),
        ("expected", "expected"),
    ):
        known = [
            at(number, getattr(one, name))
            for number, one in enumerate(points)
            if getattr(one, name) is not None
        ]
        if len(known) > 1:
            style = "expected" if kind == "expected" else f"limit limit-{kind}"
            parts.append(el("path", d=_path(known), class_=style))
    spots = [at(number, one.observed) for number, one in enumerate(points)]
    parts.append(el("path", d=_path(spots), class_="run"))
    for (across, up), one in zip(spots, points, strict=True):
        outside = one.alarm_high is not None and not (
            (one.alarm_low or 0) <= one.observed <= one.alarm_high
        )
        told = el("title", f"{words.month(one.month)}: {one.observed}")
        kind = "alarm" if outside else "usual"
        parts.append(
            Html(f'<circle cx="{across}" cy="{up}" r="5" class="dot dot-{kind}">{told}</circle>')
        )
    for number, one in enumerate(points):
        across, _ = spots[number]
        # The number of the month; it says more than a name where there is little room.
        parts.append(
            el(
                "text",
                str(one.month.month),
                x=across,
                y=HEIGHT - 14,
                text_anchor="middle",
                class_="mark",
            )
        )
    return _svg(title, parts)


def _svg(title: str, parts: Sequence[Html]) -> Html:
    frame = el("rect", x=EDGE, y=EDGE, width=WIDTH - 2 * EDGE, height=HEIGHT - 2 * EDGE)
    body = "".join([el("title", title), frame, *parts])
    return Html(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title, quote=True)}"'
        f' class="chart">{body}</svg>'
    )


def _spot(across: float, up: float, right_to_left: bool) -> tuple[float, float]:
    along = 1 - across if right_to_left else across
    return (
        round(EDGE + along * (WIDTH - 2 * EDGE), 1),
        round(EDGE + (1 - up) * (HEIGHT - 2 * EDGE), 1),
    )


def _path(spots: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x} {y}" for x, y in spots)
