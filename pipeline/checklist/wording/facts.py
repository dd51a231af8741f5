"""The copy and the `facts` of the campaign."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Final
from urllib.parse import SplitResult, urlsplit

from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Part
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.checklist.wording.amounts import PERCENT, says, sole
from pipeline.checklist.wording.authored import quoted
from pipeline.checklist.wording.said import Group, Said, comparable, said
from pipeline.models.finding import Severity

_DAYS_NEAR: Final = 15
_DAYS_OF_YEAR: Final = 366
_DIGITS_MIN: Final = 4
_ALIKE: Final = 0.8
_ADDRESS_MAX: Final = 300
_HEADS: Final = frozenset({"subject", "preheader"})
#: The parts that an author wrote, each with what it says of one group.
_Sayings = Sequence[tuple[Part, Sequence[Said]]]


@dataclass(frozen=True)
class _Facts:
    """The facts of one group: by name, what each means; None for what cannot be compared but by its words."""

    name: Group
    facts: dict[str, object] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


@rule("wording/facts", "The copy agrees with the facts", "本文が facts と一致している", Need.RENDERED)
def facts(draft: Draft) -> Iterator[Verdict]:
    """The `facts` of a campaign are what its copy must say: the day, the price, the page.

    What the copy says in the place of a fact that it does not mention, and what is a slip away from one,
    contradicts. Any other day that is not among the facts is pointed out, and so is a fact that the copy
    never mentions. Amounts are sums of money and percentages; a fact of another form (14日) is looked for
    in its own words.

    Remedy: correct the copy, or the fact; list days that are meant, too.

    Misses: amounts in words (五千円), prices that are far from every fact, times of day, pictures.
    """
    groups = _groups(draft)
    if not any(group.words for group in groups):
        yield NotApplicable("the campaign has no facts", "facts がありません")
        return
    for group in groups:
        if not group.words:
            continue
        sayings = [(part, said(group.name, draft, part)) for part in draft.copies]
        yield from _contradictions(draft, group, sayings)
        yield from _never_mentioned(draft, group, sayings)


def _groups(draft: Draft) -> tuple[_Facts, ...]:
    known = draft.facts
    keys = {name: found.key if (found := sole(text)) else None for name, text in known.amounts.items()}
    links = {name: comparable(href) for name, href in known.links.items()}
    return (
        _Facts("dates", dict(known.dates), {name: day.isoformat() for name, day in known.dates.items()}),
        _Facts("amounts", {name: key for name, key in keys.items() if key}, dict(known.amounts)),
        _Facts("links", dict(links), dict(known.links)),
    )


def _contradictions(draft: Draft, group: _Facts, sayings: _Sayings) -> Iterator[Objection]:
    heads = {each.meant for part, found in sayings if part.name in _HEADS for each in found}
    bodies = {each.meant for part, found in sayings if part.name not in _HEADS for each in found}
    for part, found in sayings:
        # What a subject leaves out may stand in the body; what a body leaves out, in the subject.
        mentioned = (bodies if part.name in _HEADS else heads) | {each.meant for each in found}
        left = {name for name, fact in group.facts.items() if fact not in mentioned}
        for each in found:
            if not _listed(draft, group, each.meant) and each.written:
                yield from _unlisted(group, each, left)


def _listed(draft: Draft, group: _Facts, meant: object) -> bool:
    organisation = draft.policy.organisation
    more = {
        "dates": draft.facts.past_dates,
        "amounts": (),
        "links": (comparable(organisation.contact), comparable(organisation.unsubscribe_base)),
    }[group.name]
    return meant in group.facts.values() or meant in more


def _unlisted(group: _Facts, found: Said, left: Collection[str]) -> Iterator[Objection]:
    """What is said and is no fact: an error in the place of one that is left out, else perhaps a slip."""
    facts_ = group.facts.items()
    in_place_of = next((name for name, fact in facts_ if name in left and _near(found.meant, fact)), None)
    slipped = next((name for name, fact in facts_ if _slip(found.meant, fact)), None)
    name = in_place_of or slipped
    if name is not None:
        yield Objection(
            found.place,
            f"“{found.shown}” is not what the facts say: {name} is “{group.words[name]}”.",
            f"「{found.shown}」は facts と違います（{name}：「{group.words[name]}」）。",
            "Correct the copy or the fact; if both are meant, list this one among the facts, too.",
            "本文か facts を直してください。どちらも正しい場合は、こちらも facts に書いてください。",
            None if in_place_of else Severity.WARNING,
        )
    elif group.name == "dates":
        yield Objection(
            found.place,
            f"“{found.shown}” ({found.meant}) is not among the dates of the facts.",
            f"「{found.shown}」（{found.meant}）は facts の日付にありません。",
            "Compare it; if it is right, list it under facts.dates.",
            "日付を確認し、正しければ facts.dates に書いてください。",
            Severity.WARNING,
        )


def _never_mentioned(draft: Draft, group: _Facts, sayings: _Sayings) -> Iterator[Objection]:
    meant = {each.meant for _, found in sayings for each in found}
    for name, words in group.words.items():
        known = group.facts.get(name)
        if known in meant if known is not None else any(says(part.text, words) for part, _ in sayings):
            continue
        yield Objection(
            draft.at("facts", group.name, name),
            f"The copy never mentions “{quoted(words)}” ({name}).",
            f"「{quoted(words)}」（{name}）が本文にありません。",
            "Correct the copy, or remove the fact.",
            "本文を直すか、facts から削除してください。",
            Severity.WARNING,
        )


# --- What is near


def _near(one: object, fact: object) -> bool:
    """Whether something stands in the place of a fact that is not mentioned."""
    match one, fact:
        case date(), date():
            days = abs((one - fact).days)
            return days <= _DAYS_NEAR or (one.day == fact.day and days <= _DAYS_OF_YEAR)
        case (str() as unit, Decimal()), (str() as other, Decimal()):
            return unit == other and (unit == PERCENT or _slip(one, fact))
        case str(), str():
            return _alike(urlsplit(one), urlsplit(fact))
    return False


def _slip(said_: object, fact: object) -> bool:
    """Whether an amount is a slip of the finger away from a fact: one digit, two exchanged, a zero more."""
    match said_, fact:
        case (str() as unit, Decimal() as one), (str() as other, Decimal() as two):
            a, b = f"{one:f}", f"{two:f}"
            if unit != other or a == b or unit == PERCENT:
                return False
            return a.rstrip("0") == b.rstrip("0") or (len(a) == len(b) >= _DIGITS_MIN and _one_slip(a, b))
    return False


def _one_slip(one: str, other: str) -> bool:
    differ = [index for index, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    match differ:
        case [_]:
            return True
        case [first, second]:
            return second == first + 1 and one[first] == other[second] and one[second] == other[first]
    return False


def _alike(one: SplitResult, other: SplitResult) -> bool:
    """Whether two pages of one host have nearly the same path."""
    here, there = (f"{each.path}?{each.query}#{each.fragment}" for each in (one, other))
    if one.netloc != other.netloc or max(len(here), len(there)) > _ADDRESS_MAX:
        return False
    return here != there and SequenceMatcher(None, here, there, autojunk=False).ratio() >= _ALIKE
