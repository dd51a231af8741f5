"""What is left out of a preview of many campaigns, so that its one file stays easy to open (pure)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pipeline.preview.page import page
from pipeline.preview.sheet import Album, Person, Sheet

#: Bytes of the file; more is slow to fetch from GitHub and to open on a phone.
_ROOM: Final = 5_000_000
_KEPT: Final = frozenset({"desktop", "phone"})


def fitting_page(album: Album, room: int = _ROOM) -> str:
    """The page with everything in it; where that is more than `room`, with less, and it says with what.

    First the frames go, of mails that have pictures; then the pictures other than desktop and phone.
    """
    html = ""
    for smaller in _smaller(album):
        html = page(smaller)
        if len(html.encode()) <= room:
            break
    return html


def _smaller(album: Album) -> Iterator[Album]:
    yield album
    framed = tuple(replace(sheet, people=tuple(map(_without_frame, sheet.people))) for sheet in album.sheets)
    yield replace(album, sheets=framed, left_out="frames")
    yield replace(album, sheets=tuple(map(_without_the_dark, framed)), left_out="dark")


def _without_frame(person: Person) -> Person:
    if person.mail is None or not person.views:
        return person
    return replace(person, mail=replace(person.mail, frame=None))


def _without_the_dark(sheet: Sheet) -> Sheet:
    people = tuple(
        replace(person, views=tuple(view for view in person.views if _KEPT & set(view.modes)))
        for person in sheet.people
    )
    return replace(sheet, people=people)
