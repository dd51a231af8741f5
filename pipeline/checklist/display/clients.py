"""HTML and CSS that well-known mail programs do not support, from a table with its source and date."""

import json
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from pipeline.checklist.display.styles import declared
from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Part
from pipeline.checklist.markup import Element
from pipeline.checklist.places import Place
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.finding import Severity

_TABLE: Final = Path(__file__).with_name("clients.json")
#: Features by caniemail's names, and how a style shows them. Only what a mail falls apart, or loses words or
#: pictures without: round corners and shadows may be missing anywhere.
_STYLES: Final = {
    "css-display-flex": ("display", "(?:inline-)?flex"),
    "css-display-grid": ("display", "(?:inline-)?grid"),
    "css-position": ("position", "absolute|fixed|sticky"),
    "css-background-image": ("background(?:-image)?", r".*url\(.*"),
    "css-linear-gradient": ("background(?:-image)?", r".*linear-gradient\(.*"),
    "css-radial-gradient": ("background(?:-image)?", r".*radial-gradient\(.*"),
    "css-transform": ("transform", "(?!none).+"),
    "css-clip-path": ("clip-path", "(?!none).+"),
    "css-mask-image": ("(?:-webkit-)?mask(?:-image)?", r".*url\(.*"),
    "css-column-count": ("columns|column-count", ".+"),
    "css-writing-mode": ("writing-mode", "vertical.*"),
    "css-object-fit": ("object-fit", ".+"),
    "css-animation": ("animation(?:-name)?", "(?!none).+"),
    "css-mix-blend-mode": ("mix-blend-mode", ".+"),
    "css-filter": ("filter", "(?!none).+"),
    "css-variables": (".+", r".*var\(.*"),
    "css-unit-calc": (".+", r".*calc\(.*"),
    "css-function-clamp": (".+", r".*clamp\(.*"),
    "css-unit-rem": (".+", r".*\d+rem\b.*"),
    "css-unit-vw": (".+", r".*\d+vw\b.*"),
    "css-unit-vh": (".+", r".*\d+vh\b.*"),
}
_TAGS: Final = {
    "html-audio": ("audio",),
    "html-video": ("video",),
    "html-svg": ("svg",),
    "html-picture": ("picture",),
    "html-ruby": ("ruby",),
    "html-marquee": ("marquee",),
    "html-dialog": ("dialog",),
    "html-meter": ("meter",),
    "html-progress": ("progress",),
}
_PICTURES: Final = {
    "image-avif": (".avif",),
    "image-heif": (".heif", ".heic"),
    "image-svg": (".svg",),
    "image-tiff": (".tif", ".tiff"),
    "image-webp": (".webp",),
}
FEATURES: Final = (*_STYLES, *_TAGS, *_PICTURES)
_COMPILED: Final = {
    slug: (re.compile(name), re.compile(value, re.DOTALL)) for slug, (name, value) in _STYLES.items()
}
_BY_TAG: Final = {tag: slug for slug, tags in _TAGS.items() for tag in tags}
_BY_ENDING: Final = {ending: slug for slug, endings in _PICTURES.items() for ending in endings}
#: No mail has a value of this length for a reason.
_LONGEST_VALUE: Final = 1_000


@rule(
    "display/client-support",
    "Mail programs support what the mail is made of",
    "主要なメールソフトで表示できる",
    Need.RENDERED,
    severity=Severity.WARNING,
)
def client_support(draft: Draft) -> Iterator[Verdict]:
    """What is laid out with flex or grid falls apart in Outlook on Windows, and a webp is a hole there.

    Asked of a table of caniemail.com (its source and date stand in it) for Outlook, Gmail, Apple Mail and
    Yahoo! Mail, and only for what a mail falls apart without.

    Remedy: make the layout of tables, or with MJML; images as png or jpg; look at the mail in that program.

    Misses: Yahoo! JAPAN, docomo, au and SoftBank, which nobody has tried; partial support; styles that only
    stand in @media. What stands between comments for Outlook is seen by the others, and complained of.
    """
    if not draft.copies_of("html"):
        yield NotApplicable("there is no HTML part", "HTMLパートがありません")
    for part in draft.copies_of("html"):
        told: set[str] = set()
        for element in part.page.elements:
            if element.hidden:
                continue
            for slug, words in _features(element):
                if slug not in told and table()["features"][slug]:
                    told.add(slug)
                    yield _objection(_place(part, element, words), slug, words)


@cache
def table() -> Any:
    """The table: `source`, `date`, and by feature the programs that do not support it."""
    return json.loads(_TABLE.read_text("utf-8"))


def _features(element: Element) -> Iterator[tuple[str, str]]:
    """What of an element stands in the table, and the words by which an author knows it."""
    if element.tag in _BY_TAG:
        yield _BY_TAG[element.tag], f"<{element.tag}"
    source = element.attributes.get("src", "").casefold().partition("?")[0]
    if element.tag in {"img", "source"}:
        ending = source[source.rfind(".") :] if "." in source else ""
        if ending in _BY_ENDING:
            yield _BY_ENDING[ending], ending
    for name, value in declared(element.attributes.get("style", "")).items():
        if len(value) <= _LONGEST_VALUE:
            yield from _of_style(name, value)


@lru_cache(maxsize=4096)
def _of_style(name: str, value: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (slug, f"{name}: {value[:40]}")
        for slug, (names, values) in _COMPILED.items()
        if names.fullmatch(name) and values.fullmatch(value)
    )


def _place(part: Part, element: Element, words: str) -> Place:
    """Where the author wrote it: as it is, without the blank, or at least the element."""
    near = part.near(words, words.replace(": ", ":", 1))
    return part.of(element) if near.position == part.fallback.position else near


def _objection(place: Place, slug: str, words: str) -> Objection:
    clients = table()["features"][slug]
    return Objection(
        place,
        f"“{words}” is not supported by {', '.join(clients)} (caniemail.com, {table()['date']}).",
        f"「{words}」は{'、'.join(clients)}で表示されません（caniemail.com、{table()['date']}）。",
        "Make the layout of tables, or with MJML; images as png or jpg. Look at the mail in that program.",
        "テーブルやMJMLで作り、画像はpngかjpgにしてください。そのソフトでの表示も確認してください。",
    )
