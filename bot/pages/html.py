"""HTML that cannot be broken by what it shows: everything but `Html` is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

_VOID = frozenset({"meta", "link", "br", "hr", "input", "path", "circle", "line", "rect"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | Iterable[str] | None


def el(tag: str, *children: Child, **attributes: str | int | float | bool | None) -> Html:
    """One element. A trailing underscore is dropped (`class_`), other underscores become dashes;
    an attribute of None or False is left out."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(str(value), quote=True)}"'
        if value is not True
        else f" {name.rstrip('_').replace('_', '-')}"
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    if tag in _VOID:
        return Html(
            f"<{tag}{written}>"
            if tag in ("meta", "link", "br", "hr", "input")
            else f"<{tag}{written}/>"
        )
    return Html(f"<{tag}{written}>{''.join(_content(children))}</{tag}>")


def _content(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            yield child if isinstance(child, Html) else escape(child, quote=False)
        else:
            yield from _content(child)
