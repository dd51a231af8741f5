"""An album as one HTML file that needs nothing else: no network, and no script but its own."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Final

from jinja2 import Environment, FunctionLoader, StrictUndefined

from pipeline.checklist.catalogue import ALL
from pipeline.checklist.report import Status
from pipeline.models.finding import Finding, Severity
from pipeline.plan import describe
from pipeline.plan.phrases import phrases
from pipeline.plan.report import Entry
from pipeline.preview.differences import Box
from pipeline.preview.modes import DESKTOP_WIDTH, MODES, PHONE_WIDTH
from pipeline.preview.notes import weekday
from pipeline.preview.picture import Strip
from pipeline.preview.sheet import Album, Person, Sheet, Spot, View
from pipeline.preview.words import words_of
from pipeline.sentence import Language

#: Bytes of HTML behind which Gmail shows no more.
GMAIL_LIMIT: Final = 102_400
_MOST_ROWS: Final = 60
#: Not printable to Python, and in every Japanese mail: the ideographic space.
_SPACES: Final = "\t\u3000"
_WIDTHS: Final = {mode.id: mode.width for mode in MODES}
_LEVELS: Final = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def page(album: Album, *, live: bool = False) -> str:
    """The whole file. The same album gives the same text.

    With `live` it asks the server that it came from whether there is a newer one; that page is for a
    browser on this machine and is not written to disk.
    """
    words = words_of(album.language)
    style, script = _file("page.css"), _file("page.js") + (_file("live.js") if live else "")
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{_digest(script)}'" + ("; connect-src 'self'" if live else "")
    )
    widths = _widths(album)
    known = {
        "album": album,
        "words": words,
        "policy": policy,
        "style": style,
        "script": script,
        "modes": [mode.id for mode in MODES],
        "limit": GMAIL_LIMIT,
        "most": _MOST_ROWS,
        "strips": {strip: number for number, strip in enumerate(widths)},
        "widths": widths,
        "frame_widths": {"desktop": DESKTOP_WIDTH, "phone": PHONE_WIDTH},
    }
    return _TEMPLATES.get_template("page.html").render(known)


def _widths(album: Album) -> dict[Strip, int]:
    """Every distinct strip of all pictures, in their order, and how wide it is."""
    return {
        strip: picture.width
        for sheet in album.sheets
        for person in sheet.people
        for view in person.views
        for picture in (view.picture, view.before)
        if picture is not None
        for strip in picture.strips
    }


def _file(name: str) -> str:
    return (resources.files(__package__) / name).read_text(encoding="utf-8")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")


def _modes_of(sheet: Sheet) -> list[str]:
    """The ways to look at a campaign: pictures, or frames where there are none; then the text."""
    pictured = any(person.views for person in sheet.people)
    paged = any(person.mail and person.mail.html_size for person in sheet.people)
    taken = {mode for person in sheet.people for view in person.views for mode in view.modes}
    shown = [mode.id for mode in MODES if mode.id in taken]
    if not pictured and paged:
        shown = ["desktop", "phone"]
    framed = any(person.mail and person.mail.frame is not None for person in sheet.people)
    return [*shown, "text", *(["frame"] if pictured and framed else [])]


def _name(person: Person, sheet: Sheet, words: Mapping[str, str]) -> str:
    if person.part.title:
        return person.part.title
    same = [other for other in sheet.people if other.part.kind == person.part.kind]
    return words[f"kind_{person.part.kind}"].format(number=same.index(person) + 1)


def _percent(box: Box, view: View, *, before: bool = False) -> str:
    """A box as a style, in shares of the picture."""
    picture = view.before if before and view.before is not None else view.picture
    left, top, right, bottom = box
    across, down = 100 / picture.width, 100 / picture.height
    places = {
        "left": left * across,
        "top": top * down,
        "width": (right - left) * across,
        "height": (bottom - top) * down,
    }
    return ";".join(f"{name}:{value:.3f}%" for name, value in places.items())


def _spot_of(spot: Spot, view: View) -> Box:
    """Its box in pixels of the picture, no further than its edges."""
    scale = view.picture.width / _WIDTHS[view.modes[0]]
    left, top = max(0.0, spot.box.x * scale), max(0.0, spot.box.y * scale)
    right, bottom = min(view.picture.width, spot.box.right * scale), spot.box.bottom * scale
    return int(left), int(top), int(max(left, right)), int(min(view.picture.height, max(top, bottom)))


def _counts(findings: Sequence[Finding]) -> list[tuple[str, int]]:
    counts = [(str(level), sum(f.severity is level for f in findings)) for level in _LEVELS]
    return [(level, count) for level, count in counts if count]


def _facts(entry: Entry | None, album: Album) -> list[tuple[str, str]]:
    if entry is None:
        return []
    return list(describe.facts_of(entry, phrases(album.language)))


def _steps(entry: Entry | None, album: Album) -> list[tuple[str, str]]:
    if entry is None or entry.plan is None:
        return []
    spoken = phrases(album.language)
    return [describe.step_of(step, entry.plan.zone, spoken) for step in entry.steps]


def _excluded(entry: Entry | None, album: Album) -> list[tuple[str, int]]:
    if entry is None or entry.forecast is None:
        return []
    spoken = phrases(album.language)
    return [(spoken.exclusion(reason), count) for reason, count in sorted(entry.forecast.excluded.items())]


def _title_of(rule: str, language: Language) -> str:
    known = {each.id: each.title_ja if language == "ja" else each.title for each in ALL}
    return known.get(rule, rule.partition("/")[2])  # what only a person can judge has no title


def _held(sheet: Sheet) -> int:
    return sum(
        item.status in {Status.PASS, Status.NOT_APPLICABLE, Status.WAIVED} for item in sheet.report.items
    )


def _is_changed(person: Person) -> bool:
    return bool(person.text_change or person.subject_before or any(view.change for view in person.views))


def _is_narrow(view: View) -> bool:
    return _WIDTHS[view.modes[0]] == PHONE_WIDTH


def _said(words: str) -> str:
    """Text for a line of code: characters that could disguise what is written are shown as what they are."""
    return "".join(char if char.isprintable() or char in _SPACES else f"\\x{ord(char):02x}" for char in words)


def _said_lines(words: str) -> str:
    return "\n".join(_said(line) for line in words.split("\n"))


def _environment() -> Environment:
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(_file),
    )
    made.filters["said"] = _said
    made.filters["said_lines"] = _said_lines
    made.globals |= {
        "modes_of": _modes_of,
        "name_of": _name,
        "percent": _percent,
        "spot_of": _spot_of,
        "counts": _counts,
        "facts_of": _facts,
        "steps_of": _steps,
        "excluded_of": _excluded,
        "title_of": _title_of,
        "held": _held,
        "is_changed": _is_changed,
        "is_narrow": _is_narrow,
        "weekday": weekday,
    }
    return made


_TEMPLATES: Final = _environment()
