"""A draft: all that a rule may see of one campaign, and nothing that it could change."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Literal, TypeVar, cast
from zoneinfo import ZoneInfo

from pipeline.audience.contacts import Rows, Value
from pipeline.checklist.mail import Mail, Part
from pipeline.checklist.places import Place
from pipeline.models.campaign import Campaign, Facts, Kind
from pipeline.models.finding import Position
from pipeline.models.policy import ContactSource, Policy
from pipeline.models.recipient import Reason
from pipeline.models.segment import Segment
from pipeline.workspace.yaml_file import Loc, YamlFile

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Audience:
    """The resolved audience: at delivery exactly the one that is being frozen. Every row, never a sample."""

    #: Who gets the campaign, with those who already had it from an earlier revision.
    size: int
    excluded: Mapping[Reason, int]
    #: The columns of the segment.
    columns: tuple[str, ...]
    #: `rows("family_name", …)`: every recipient, in chunks, with only these columns.
    rows: Callable[..., Iterator[Rows]] = field(repr=False)
    #: `values("family_name")`: every value that a column holds, the most frequent first; see `Resolution`.
    values: Callable[..., Iterator[Value]] = field(repr=False)
    #: The same of the source's consent column, for marketing.
    consents: Callable[[], Iterator[Value]] = field(repr=False, default=lambda: iter(()))
    _made: dict[object, object] = field(repr=False, compare=False, default_factory=dict)

    def once(self, make: Callable[..., _T], *told: object) -> _T:
        """`make(audience, *told)`, made once for all rules and campaigns that ask for the same.

        A million rows are read no oftener.
        """
        if (make, *told) not in self._made:
            self._made[make, *told] = make(self, *told)
        return cast(_T, self._made[make, *told])


def ids_of(audience: Audience) -> frozenset[str]:
    """Who is in the audience."""
    return frozenset(id_ for rows in audience.rows() for id_ in rows.ids)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A revision of another campaign that was begun."""

    campaign: str
    segment: str
    at: datetime
    recipients: int
    #: The ids of everybody whom it reached, or may have reached.
    reached: Callable[[], frozenset[str]] = field(repr=False, default=frozenset)


@dataclass(frozen=True, slots=True)
class Record:
    """What the ledger knows of other campaigns, newest first."""

    earlier: tuple[Earlier, ...] = ()
    #: Whether the delivery of this campaign has begun.
    begun: bool = False
    #: Whether a test send of exactly this content is on record.
    test_sent: bool = False

    def last_of(self, segment: str) -> Earlier | None:
        """The newest one that went to a segment."""
        return next((each for each in self.earlier if each.segment == segment), None)

    def since(self, moment: datetime) -> tuple[Earlier, ...]:
        """Those begun after a moment, newest first."""
        return tuple(each for each in self.earlier if each.at > moment)


@dataclass(frozen=True, slots=True)
class Other:
    """Another campaign of the repository."""

    id: str
    campaign: Campaign
    #: None for `on_merge`.
    send_at: datetime | None
    #: Of what recipients read (`mail_digest`).
    mail: str = ""
    #: The ids of its audience as it is now. Only with contacts.
    ids: Callable[[], frozenset[str]] = field(repr=False, default=frozenset)
    _made: dict[object, object] = field(repr=False, compare=False, default_factory=dict)

    def once(self, key: object, make: Callable[[], _T]) -> _T:
        """What `make` makes, made once under that key for every campaign of a round."""
        if key not in self._made:
            self._made[key] = make()
        return cast(_T, self._made[key])


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from an address: where it ended after redirects, with which status and title."""

    url: str
    status: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing came back from an address: why, as half a sentence in each language."""

    reason: str
    reason_ja: str


#: Asks addresses, a few at once.
Fetch = Callable[[Sequence[str]], Sequence[Answer | NoAnswer]]


@dataclass(frozen=True)
class Draft:
    """One campaign as the checklist sees it.

    `mails`, `audience`, `record` and `fetch` are there for rules that say they need them; `now` is aware.
    """

    id: str
    campaign: Campaign
    yaml: YamlFile
    policy: Policy
    policy_yaml: YamlFile
    segments: Mapping[str, Segment]
    segment_yaml: Mapping[str, YamlFile]
    now: datetime
    #: None for `on_merge`; in the campaign's zone otherwise.
    send_at: datetime | None
    zone: ZoneInfo
    #: Whether mail is about to leave, rather than a change being checked.
    at_delivery: bool = False
    #: Reads a file of the campaign's folder, by its name below it.
    read: Callable[[str], bytes] = field(repr=False, default=lambda _name: b"")
    files: tuple[str, ...] = ()
    #: Of what recipients read (`mail_digest`).
    mail: str = ""
    #: Reads a file of the repository that the policy names, such as the list of terms; None without one.
    read_shared: Callable[[str], bytes | None] = field(repr=False, default=lambda _path: None)
    others: tuple[Other, ...] = ()
    seen_mails: tuple[Mail, ...] | None = None
    seen_audience: Audience | None = None
    seen_record: Record | None = None
    seen_fetch: Fetch | None = field(repr=False, default=None)

    @property
    def language(self) -> Literal["ja", "en"]:
        """Of the copy."""
        return self.campaign.language

    @property
    def kind(self) -> Kind:
        """Marketing, transactional or apology."""
        return self.campaign.kind

    @property
    def facts(self) -> Facts:
        """What the copy must agree with."""
        return self.campaign.facts

    @property
    def day(self) -> date:
        """The day on which it is read: of `send_at`, or today for `on_merge`; in the campaign's zone."""
        return (self.send_at or self.now.astimezone(self.zone)).date()

    @property
    def has_begun(self) -> bool:
        """Whether the delivery is known to have begun; a campaign that was sent is not sent too late."""
        return self.seen_record is not None and self.seen_record.begun

    @property
    def segment(self) -> Segment | None:
        """The segment; None for an audience of an incident."""
        return self.segments.get(self.campaign.audience.segment or "")

    @property
    def source(self) -> ContactSource | None:
        """Where the segment's people live, and what its columns mean."""
        return self.policy.sources.get(self.segment.source) if self.segment else None

    @property
    def mails(self) -> tuple[Mail, ...]:
        """The mail as each persona gets it."""
        assert self.seen_mails is not None, "a rule that reads mails says Need.RENDERED"
        return self.seen_mails

    @property
    def audience(self) -> Audience:
        """Who gets it."""
        assert self.seen_audience is not None, "a rule that reads the audience says Need.CONTACTS"
        return self.seen_audience

    @property
    def record(self) -> Record:
        """What the ledger knows."""
        assert self.seen_record is not None, "a rule that reads the record says Need.RECORD"
        return self.seen_record

    @property
    def fetch(self) -> Fetch:
        """Asks addresses of the network."""
        assert self.seen_fetch is not None, "a rule that asks the network says Need.NETWORK"
        return self.seen_fetch

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Subject, preheader, HTML and text of every persona; a part that reads the same for two, once.

        The link to unsubscribe, which is everybody's own, makes no difference.
        """
        seen: dict[tuple[str, ...], Part] = {}
        for mail in self.mails:
            own = mail.unsubscribe_url or "\0"
            for part in mail.parts:
                words = (each.replace(own, "") for each in (part.text, part.markup))
                seen.setdefault((part.name, *words), part)
        return tuple(seen.values())

    @cached_property
    def copies(self) -> tuple[Part, ...]:
        """The same, and of those that differ in people's values alone the first.

        For rules about what an author wrote. What a value makes of it is asked of all `parts`.
        """
        seen: dict[tuple[str, ...], Part] = {}
        for mail, keys in zip(self.mails, self._authored, strict=True):
            for part, key in zip(mail.parts, keys, strict=True):
                seen.setdefault(key, part)
        return tuple(seen.values())

    @cached_property
    def copied_mails(self) -> tuple[Mail, ...]:
        """Of mails that differ in people's values alone the first: as `copies`, for whole mails."""
        seen: dict[tuple[tuple[str, ...], ...], Mail] = {}
        for mail, keys in zip(self.mails, self._authored, strict=True):
            seen.setdefault(keys, mail)
        return tuple(seen.values())

    @cached_property
    def _authored(self) -> list[tuple[tuple[str, ...], ...]]:
        """What an author wrote of each part of each mail; the link to unsubscribe is everybody's own."""
        return [
            tuple(part.without((mail.unsubscribe_url or "", *part.values)) for part in mail.parts)
            for mail in self.mails
        ]

    def parts_of(self, *names: str) -> tuple[Part, ...]:
        """Only the parts of these names."""
        return tuple(part for part in self.parts if part.name in names)

    def copies_of(self, *names: str) -> tuple[Part, ...]:
        """Only the copies of these names."""
        return tuple(part for part in self.copies if part.name in names)

    def at(self, *loc: str | int) -> Place:
        """The value in campaign.yaml at a path of keys, or the nearest thing there is above it."""
        return _at(self.yaml, loc)

    def policy_at(self, *loc: str | int) -> Place:
        """The same in policy.yaml."""
        return _at(self.policy_yaml, loc)

    def column_at(self, column: str) -> Place:
        """Where the segment names a column."""
        name = self.campaign.audience.segment or ""
        if name not in self.segment_yaml or self.segment is None:
            return self.at("audience")
        columns = self.segment.columns
        loc: Loc = ("columns", columns.index(column)) if column in columns else ("columns",)
        return _at(self.segment_yaml[name], loc)


def _at(yaml: YamlFile, loc: Loc) -> Place:
    found = yaml.existing(loc)
    return Place(yaml.path, yaml.values[found] if found in yaml.values else Position())
