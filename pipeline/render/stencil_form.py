"""From the marked words of one row to a stencil, and from the values of any row to those of its slots."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.render.compose import Composer
from pipeline.render.source import MailSource
from pipeline.render.stencil import NotShareable, Stencil, woven
from pipeline.render.stencil_marks import MARK, mark
from pipeline.render.stencil_page import (
    MarkedPage,
    Touched,
    marked_page,
    provoke,
    put,
    shown_in,
)

#: What is longer is rendered in the ordinary way, too: a page, and the values of a row together.
_LONGEST_PAGE: Final = 300_000
_LONGEST_VALUES: Final = 100_000
#: The checks of the whole mail look at a value with one of these.
_UNUSUAL: Final = re.compile(r"[{\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SUBJECT: Final = ("s", 0)
_FROM_PAGE: Final = ("b", 0)


@dataclass(frozen=True, slots=True)
class Marked:
    """One row's words with marks in place of values; subject and preheader as they are."""

    subject: str
    preheader: str | None
    markup: str | None
    text: str | None
    in_page: tuple[str, ...]
    in_text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Own:
    """Which of the two lines differ between recipients."""

    subject: bool
    preheader: bool


@dataclass(frozen=True, slots=True)
class Form:
    """A stencil, and how its values come from the values of a row."""

    stencil: Stencil
    page: MarkedPage | None
    #: `s` the subject, `w` a value of the text part, `b` the text made from the page; else as in the page.
    slots: tuple[tuple[str, int], ...]
    #: How many values the page and the text part have.
    counts: tuple[int, int]

    def values(self, marked: Marked, source: MailSource, composer: Composer) -> tuple[str, ...]:
        """The values of a row whose marked words are those of this form.

        Raises Unrenderable, and NotShareable when words of the row look like our own marks.
        """
        if (len(marked.in_page), len(marked.in_text)) != self.counts:
            raise NotShareable("the mail holds words that look like our own marks")
        shows = None
        if self.page is not None:
            shows = shown_in(self.page, marked.in_page, source, marked.preheader or "")
        said: list[str] = []
        for kind, number in self.slots:
            if kind == "w":
                said.append(marked.in_text[number])
            elif kind == "s":
                said.append(marked.subject)
            else:
                assert shows is not None, "only a page has such slots"
                assert self.page is not None
                made = composer.text_of(put(self.page.bare, shows)) if kind == "b" else shows(kind, number)
                said.append(made)
        return tuple(said)

    def suits(self, marked: Marked) -> bool:
        """Whether the values need no second look: nothing in them concerns a check of the whole mail."""
        together = "\n".join((*marked.in_page, *marked.in_text))
        return (
            len(together) <= _LONGEST_VALUES
            and not _UNUSUAL.search(together)
            # MJML drops a text of nothing but space, here and there
            and all(value == value.strip() for value in marked.in_page)
        )


def form_of(marked: Marked, source: MailSource, composer: Composer, own: Own) -> Form:
    """The form of everybody whose marked words are these.

    Raises Touched when something reads a value on the way, NotShareable when there can be no stencil, and
    Unrenderable when MJML does not take the marks.
    """
    for words, values in ((marked.markup, marked.in_page), (marked.text, marked.in_text)):
        _assert_whole(words or "", len(values))
        if words is not None and not MARK.sub("", words).strip():
            raise NotShareable("nothing but values stands in a part of the mail")
    made = None if marked.markup is None else _page(marked, marked.markup, source, composer, own)
    slots: dict[tuple[str, int], int] = {}
    subject: list[str | int] = [_slot(slots, _SUBJECT)] if own.subject else [marked.subject]
    html = None if made is None else _parts(made.finished, slots)
    text = [_slot(slots, _FROM_PAGE)] if marked.text is None else _parts(marked.text, slots, "w")
    stencil = woven(subject, text, html, len(slots))
    counts = len(marked.in_page), len(marked.in_text)
    return Form(stencil, made, tuple(slots), counts)


def _assert_whole(words: str, count: int) -> None:
    """Raise NotShareable unless the words hold each mark once, in their order, and no other."""
    if [int(found[2]) for found in MARK.finditer(words)] != list(range(count)):
        raise NotShareable("the mail holds words that look like our own marks")


def _page(marked: Marked, markup: str, source: MailSource, composer: Composer, own: Own) -> MarkedPage:
    if len(markup) > _LONGEST_PAGE:
        raise NotShareable("the page is too long to share")
    preheader = None if composer.has_own_preview(markup) else marked.preheader
    shown = mark("p", 0) if preheader is not None and own.preheader else preheader
    made = marked_page(markup, composer.bare_page(markup), source, preheader=shown)

    def finish(filled: str) -> tuple[str, str]:
        return composer.page_of(filled, marked.preheader)

    provoke(made, source, finish, marked.preheader or "", len(marked.in_page))
    return made


def _parts(words: str, slots: dict[tuple[str, int], int], kind: str = "") -> list[str | int]:
    parts: list[str | int] = []
    end = 0
    for found in MARK.finditer(words):
        parts += [words[end : found.start()], _slot(slots, (kind or found[1], int(found[2])))]
        end = found.end()
    parts.append(words[end:])
    return [part for part in parts if part != ""]


def _slot(slots: dict[tuple[str, int], int], source: tuple[str, int]) -> int:
    return slots.setdefault(source, len(slots))


def places_of(touched: Touched, places: Sequence[int]) -> set[int]:
    """The places in templates from which the values came that something reads."""
    return {places[number] for number in touched.numbers}
