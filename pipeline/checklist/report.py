"""What the checklist says: items with a status each, and findings with a place each."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pipeline.models.finding import Finding, blocking
from pipeline.sentence import Language, Sentence

#: So many items with one and the same reason are told at once.
_ALIKE_MIN: Final = 3


class Status(StrEnum):
    """Whether an item holds."""

    PASS = "pass"  # noqa: S105 a word of the format
    FAIL = "fail"
    WARN = "warn"
    NOT_APPLICABLE = "not-applicable"
    #: Something it needs is broken; blocks, because a check that could not run is not a pass.
    COULD_NOT_RUN = "could-not-run"
    #: Needs what is not here (the contacts); it is run at delivery and blocks there.
    LATER = "later"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Item:
    """One rule, for one campaign."""

    rule: str
    status: Status
    reason: Sentence | None = None

    @property
    def heading(self) -> str:
        """The heading of the paper checklist that it stands under."""
        return self.rule.partition("/")[0]


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """The checklist of one campaign. `digest` is None where its files cannot be read."""

    id: str
    digest: str | None
    items: tuple[Item, ...]
    findings: tuple[Finding, ...]

    def because(self, status: Status) -> Mapping[Sentence, Counter[str]]:
        """Why items have a status, such as that they could not run: by the reason how many, by heading."""
        found: dict[Sentence, Counter[str]] = {}
        for item in self.items:
            if item.status is status and item.reason is not None:
                found.setdefault(item.reason, Counter())[item.heading] += 1
        return found

    @property
    def alike(self) -> Mapping[tuple[Status, Sentence], Counter[str]]:
        """What many items have in common that were not looked at, to be told once: status and reason.

        By these how many items there are, under each heading.
        """
        return {
            (status, reason): headings
            for status in (Status.COULD_NOT_RUN, Status.LATER)
            for reason, headings in self.because(status).items()
            if headings.total() >= _ALIKE_MIN
        }

    @property
    def green(self) -> bool:
        """Whether nothing blocks, as far as could be seen from here."""
        could_not = any(item.status is Status.COULD_NOT_RUN for item in self.items)
        return not could_not and not blocking(self.findings)


@dataclass(frozen=True, slots=True)
class Report:
    """The checklist of several campaigns; `findings` are those that belong to none."""

    campaigns: tuple[CampaignReport, ...]
    findings: tuple[Finding, ...]
    #: That of the policy: what readers are shown.
    language: Language = "en"

    @property
    def ok(self) -> bool:
        """Whether nothing blocks anywhere."""
        return all(campaign.green for campaign in self.campaigns) and not blocking(self.findings)

    def all_findings(self) -> Iterable[Finding]:
        """Those of the campaigns, then the others."""
        for campaign in self.campaigns:
            yield from campaign.findings
        yield from self.findings
