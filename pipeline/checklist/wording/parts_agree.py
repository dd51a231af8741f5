"""Subject, HTML and text of one mail."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Mail
from pipeline.checklist.rule import Need, Objection, Verdict, rule
from pipeline.checklist.wording.said import GROUPS, Group, Said, said
from pipeline.models.finding import Severity

_Name = Literal["subject", "preheader", "html", "text"]
_NAMES: Final[Mapping[_Name, tuple[str, str]]] = {
    "subject": ("the subject", "件名"),
    "preheader": ("the preheader", "プリヘッダー"),
    "html": ("the HTML", "HTMLパート"),
    "text": ("the text", "テキストパート"),
}
#: What a part says, by what it comes to; the first place of each.
_Sayings = Mapping[object, Said]


@rule(
    "wording/parts-agree",
    "Subject, HTML and text say the same",
    "件名・HTML・テキストの内容が同じである",
    Need.RENDERED,
)
def parts_agree(draft: Draft) -> Iterator[Verdict]:
    """Some readers see the HTML, some the text: a date corrected in one of them is still wrong in the other.

    Dates, sums of money, percentages and links are compared, mail by mail. Two parts that each have a date or
    an amount of their own contradict each other, which blocks; what merely one of them has is pointed out.

    Remedy: bring the parts into line; best write such values once, under `facts`, and show them from there.

    Misses: what is said in words only, times of day, and anything in pictures.
    """
    for mail in draft.copied_mails:
        for group in GROUPS:
            yield from _of_mail(draft, mail, group)


def _of_mail(draft: Draft, mail: Mail, group: Group) -> Iterator[Objection]:
    sayings = {part.name: _sayings(group, draft, mail, part.name) for part in mail.parts}
    # A text that is made of the HTML says what the HTML says.
    if "html" in sayings and draft.campaign.body.text is not None:
        yield from _compared(group, sayings["html"], sayings["text"], "text")
        yield from _compared(group, sayings["text"], sayings["html"], "html")
    body: _Name = "html" if "html" in sayings else "text"
    heads: tuple[_Name, ...] = ("subject", "preheader")
    for head in (each for each in heads if each in sayings):
        yield from _repeated(sayings[head], sayings[body], body)


def _sayings(group: Group, draft: Draft, mail: Mail, name: _Name) -> _Sayings:
    part = mail.part(name)
    found: dict[object, Said] = {}
    for each in said(group, draft, part) if part is not None else ():
        found.setdefault(each.meant, each)
    return found


def _compared(group: Group, one: _Sayings, other: _Sayings, other_name: _Name) -> Iterator[Objection]:
    """What `one` says and `other` does not; an error where the other has something of its own instead."""
    instead = {_unit(key) for key in other.keys() - one.keys()}
    for key in (key for key in one if key not in other):
        if group != "links":
            weight = None if _unit(key) in instead else Severity.WARNING
        else:
            # Pages have more links than letters: logos, social media.
            alone = other_name == "text" and not instead
            weight = Severity.INFO if alone else Severity.WARNING
        yield _missing(one[key], other_name, weight)


def _repeated(head: _Sayings, body: _Sayings, body_name: _Name) -> Iterator[Objection]:
    """What a head says stands in the body, too; where the body says another instead, one of them is wrong."""
    units = {_unit(key) for key in body}
    for key in (key for key in head if key not in body):
        yield _missing(head[key], body_name, None if _unit(key) in units else Severity.INFO)


def _unit(key: object) -> object:
    """What may stand in the place of each other: days, or amounts of one unit."""
    return key[0] if isinstance(key, tuple) else type(key)


def _missing(said_: Said, other: _Name, severity: Severity | None) -> Objection:
    (where, where_ja), (there, there_ja) = _NAMES[said_.part.name], _NAMES[other]
    return Objection(
        said_.place,
        f"“{said_.shown}” stands in {where} and not in {there}.",
        f"「{said_.shown}」は{where_ja}にありますが、{there_ja}にはありません。",
        "Bring the two into line; a value that is written once under facts cannot differ.",
        "両方を揃えてください。facts に一度だけ書いて差し込めば、食い違いは起きません。",
        severity,
    )
