"""A rule of the checklist: what it is called, what it needs, and the function that looks."""

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.places import Place
from pipeline.models.finding import Severity

#: The headings of the paper checklist, in its order; the last two came with merge data and law.
HEADINGS: Final = {
    "recipients": "配信先",
    "settings": "配信設定",
    "wording": "文言",
    "display": "表示",
    "system": "システム",
    "data": "差し込み",
    "legal": "法令",
}
#: The heading of what only a person can judge.
PERSON: Final = "person"
_ID: Final = re.compile(rf"({'|'.join(HEADINGS)})/[a-z][a-z0-9-]*")
_JAPANESE: Final = re.compile("[ぁ-んァ-ヶ一-龠]")


class Need(StrEnum):
    """What a rule has to see besides campaign.yaml, templates and policy, which are always there."""

    #: `draft.mails` and `draft.parts`: the mail as every persona gets it.
    RENDERED = "rendered"
    #: `draft.audience`: every row of the resolved audience.
    CONTACTS = "contacts"
    #: `draft.record`: what the ledger knows of earlier campaigns.
    RECORD = "record"
    #: `draft.fetch`: somebody else's server.
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Objection:
    """What a rule says about a place: one sentence in each language, and what to do about it.

    It stands for a lighter `severity` than the rule's own where it says so. It never holds a value of a
    real person: `masking.masked`, and row ids.
    """

    place: Place
    message: str
    message_ja: str
    remedy: str = ""
    remedy_ja: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """There is nothing for the rule to look at, and why."""

    reason: str
    reason_ja: str


@dataclass(frozen=True, slots=True)
class CouldNotRun:
    """The rule cannot tell, and why: that blocks."""

    reason: str
    reason_ja: str


@dataclass(frozen=True, slots=True)
class Later:
    """It does not hold yet and need not: delivery asks again."""

    reason: str
    reason_ja: str


Verdict = Objection | NotApplicable | CouldNotRun | Later
#: A pure function over a draft; usually a generator that yields what is wrong, or nothing.
Check = Callable[[Draft], Iterable[Verdict]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One item of the checklist. The id, `heading/name`, is the interface; the titles are for people.

    `check` is None where another layer finds the mistake; it files its findings under the id. A
    mandatory rule can neither be waived nor switched off. A remark is about files of no campaign in
    particular: it gives findings without an item.
    """

    id: str
    title: str
    title_ja: str
    #: Why, then a paragraph `Remedy: …`, then perhaps one `Misses: …`: the docstring of `check`.
    explanation: str
    needs: frozenset[Need] = frozenset()
    severity: Severity = Severity.ERROR
    mandatory: bool = False
    check: Check | None = None
    remark: bool = False
    #: Whether only `postmerge preview` asks: it needs a browser, or time that a check does not have.
    preview: bool = False
    #: What it looks at where it is at hand (`draft.seen_…`), and can do without.
    uses: frozenset[Need] = frozenset()
    #: The kind of hold by which delivery itself asks, at the moment of sending; empty for every other rule.
    hold: str = ""

    def __post_init__(self) -> None:
        assert _ID.fullmatch(self.id), f"{self.id} is no heading/name"
        assert self.title, f"{self.id} has no title"
        assert _JAPANESE.search(self.title_ja), f"{self.id} has no Japanese title"
        assert self.why, f"{self.id} does not say why"
        assert self.remedy, f"{self.id} has no paragraph `Remedy: …` in its docstring"

    @property
    def heading(self) -> str:
        """The part of the id before the slash."""
        return self.id.partition("/")[0]

    @property
    def why(self) -> str:
        """The first paragraphs of the explanation."""
        return _paragraphs(self.explanation)[0]

    @property
    def remedy(self) -> str:
        """What to do."""
        return _paragraphs(self.explanation)[1]

    @property
    def misses(self) -> str:
        """What a heuristic does not see; empty where it sees everything."""
        return _paragraphs(self.explanation)[2]


def rule(
    name: str,
    title: str,
    title_ja: str,
    *needs: Need,
    severity: Severity = Severity.ERROR,
    mandatory: bool = False,
    uses: tuple[Need, ...] = (),
) -> Callable[[Check], Rule]:
    """Make a rule of a check function; its docstring becomes the documentation."""

    def made(check: Check) -> Rule:
        explanation = inspect.getdoc(check) or ""
        wanted = frozenset(uses)
        return Rule(
            name, title, title_ja, explanation, frozenset(needs), severity, mandatory, check, uses=wanted
        )

    return made


def found_elsewhere(
    name: str, title: str, title_ja: str, explanation: str, *, remark: bool = False, mandatory: bool = False
) -> Rule:
    """A rule whose findings come from another layer."""
    return Rule(name, title, title_ja, explanation, remark=remark, mandatory=mandatory)


def held_by_delivery(name: str, title: str, title_ja: str, explanation: str, *, hold: str) -> Rule:
    """A mandatory rule that delivery asks as a hold of the kind `hold`; the checklist only lists it."""
    return Rule(name, title, title_ja, explanation, mandatory=True, hold=hold)


def seen_in_preview(name: str, title: str, title_ja: str, explanation: str) -> Rule:
    """A rule that only `postmerge preview` asks. It warns."""
    return Rule(name, title, title_ja, explanation, severity=Severity.WARNING, preview=True)


def _paragraphs(explanation: str) -> tuple[str, str, str]:
    """Why, remedy, misses; each without its line breaks."""
    found = {"": "", "Remedy": "", "Misses": ""}
    for paragraph in re.split(r"\n\s*\n", explanation.strip()):
        words = " ".join(paragraph.split())
        label, _, rest = words.partition(": ")
        key = label if label in {"Remedy", "Misses"} else ""
        found[key] = f"{found[key]} {rest if key else words}".strip()
    return found[""], found["Remedy"], found["Misses"]
