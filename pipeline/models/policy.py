"""`policy.yaml`: what holds for every campaign of the repository."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.models.frozen import Frozen
from pipeline.models.quantity import (
    Age,
    Duration,
    Line,
    Name,
    QuietHours,
    Rate,
    RelativePath,
    Share,
    ZoneName,
)
from pipeline.models.segment import ColumnName
from pipeline.sentence import Unfit

_Severity = Literal["error", "warning", "info", "off"]


def _duration(text: str) -> Duration:
    return Field(default=text, validate_default=True)  # type: ignore[no-any-return]


class Organisation(Frozen):
    """Who writes; templates see it as `organisation.<key>`."""

    name: Line
    postal_address: Line
    contact: Line
    #: Where one-click unsubscribes arrive; the signed token is appended.
    unsubscribe_base: Annotated[str, Field(pattern=r"^https://[^\s?#]+$")]


class Sender(Frozen):
    """A From that campaigns may use."""

    name: Line
    address: Line
    #: The SES configuration set, for targets that use SES.
    configuration_set: Line | None = None


class Links(Frozen):
    """Where links may lead."""

    #: Hosts, each with everything below it.
    allow: tuple[str, ...] = ()
    shorteners: Literal["refuse", "allow"] = "refuse"
    #: When the pages behind links are asked for: in `check --online` only, also at delivery, which then
    #: waits for them, or never.
    verify: Literal["check", "delivery", "never"] = "check"


class SchedulePolicy(Frozen):
    """When mail may leave."""

    time_zone: ZoneName = "UTC"
    quiet_hours: QuietHours | None = None
    #: Whose public holidays are asked about.
    holidays: Literal["jp", "none"] = "none"
    #: The wait after a merge, before the first message leaves.
    undo_window: Duration = _duration("10m")
    latest_start: Duration = _duration("6h")
    #: Our own limit, recipients per second. 14/s is what SES gives to a typical new account.
    rate: Rate = 14.0


#: A domain in ASCII (an international one in punycode), with everything below it.
_Domain = Annotated[str, Field(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$")]


class FrequencyCap(Frozen):
    """How many campaigns one person gets in a while."""

    messages: Annotated[int, Field(ge=1)]
    per: Duration


class AudiencePolicy(Frozen):
    """What an audience may look like."""

    frequency_cap: FrequencyCap | None = None
    #: How far an audience may grow, or shrink the other way, against the one it is compared with.
    growth_max: Share = 1.5
    #: Which share may get another advertisement on the same day.
    overlap_max: Share | None = None
    #: How old a consent to advertisements may be.
    consent_max_age: Age | None = None

    @model_validator(mode="after")
    def _room_for_the_same_size(self) -> Self:
        if self.growth_max < 1:
            raise Unfit(
                "growth_max is at least 100%, which is an audience of the same size",
                "growth_maxは100%(前回と同じ件数)以上にしてください",
            )
        return self


class ApprovalStep(Frozen):
    """More recipients need more approvals."""

    recipients: Annotated[int, Field(ge=1)]
    required: Annotated[int, Field(ge=1, le=6)]


class Approvals(Frozen):
    """Who must say yes."""

    required: Annotated[int, Field(ge=1, le=6)] = 1
    above: tuple[ApprovalStep, ...] = ()
    test_send: Literal["required", "optional"] = "required"


class TestSend(Frozen):
    """Where test sends may go."""

    __test__ = False  # the name is the product's, not pytest's

    #: Addresses, or domains, each with everything below it.
    allow: tuple[Line, ...] = ()


class Gates(Frozen):
    """Over these shares of what has left the send stops by itself."""

    bounce: Share = 0.05
    complaint: Share = 0.001
    rendering_failure: Share = 0.0
    #: Refused by the transport, person by person.
    refused: Share = 0.02
    #: Calls without a clear answer.
    unknown: Share = 0.01
    #: Of fewer people a share is over a limit only where chance cannot explain it; after a wave something
    #: must be known of so many, or of half of those who got it.
    sample_min: Annotated[int, Field(ge=1)] = 200
    #: No events for this long, where some must come, is a reason to hold.
    silence: Duration = _duration("15m")


class Checklist(Frozen):
    """How the checklist is used here."""

    severity: dict[Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9-]+$")], _Severity] = Field(
        default_factory=dict
    )
    #: A word list of the team's own.
    terms: RelativePath | None = None
    #: What the copy and the names must be writable in; `unicode` is everything.
    charset: Literal["unicode", "cp932", "jis"] = "unicode"
    #: What only a person can judge; the approver ticks it.
    confirm: tuple[Name, ...] = ()


class ContactSource(Frozen):
    """Where people live, and what its columns mean."""

    kind: Literal["csv", "parquet", "sqlite"]
    #: Relative to the repository, or absolute.
    path: Line
    #: The table or view, for sqlite.
    table: ColumnName | None = None
    #: The column that names a person for ever.
    id: ColumnName
    email: ColumnName
    #: The column that holds when consent was given; empty means none.
    consent: ColumnName | None = None
    family_name: ColumnName | None = None
    given_name: ColumnName | None = None

    @model_validator(mode="after")
    def _table_for_sqlite(self) -> Self:
        if (self.kind == "sqlite") != (self.table is not None):
            raise Unfit(
                "table names the table of a sqlite source, and only of one",
                "tableは、sqliteの名簿の表の名前です。sqliteの名簿にだけ、必ず書いてください",
            )
        return self


class Outbox(Frozen):
    """A folder of `.eml` files."""

    outbox: Line


class SesRegion(Frozen):
    """Where SES is."""

    region: Line


class Ses(Frozen):
    """Amazon SES."""

    ses: SesRegion


class Sqlite(Frozen):
    """A ledger in one SQLite file."""

    sqlite: Line


class DynamoDb(Frozen):
    """A ledger in a DynamoDB table."""

    dynamodb: Line


class Folder(Frozen):
    """An archive in a folder."""

    folder: Line


class S3(Frozen):
    """An archive in an S3 bucket."""

    s3: Line


class Sqs(Frozen):
    """A queue of SES events."""

    sqs: Line


class GitHub(Frozen):
    """Reviews from GitHub, `owner/repository`."""

    github: Annotated[str, Field(pattern=r"^[^/\s]+/[^/\s]+$")]


class Target(Frozen):
    """Which adapters a delivery uses."""

    transport: Outbox | Ses
    ledger: Sqlite | DynamoDb
    archive: Folder | S3
    feedback: Sqs | None = None
    reviews: Literal["trailers"] | GitHub
    #: The git remote whose main branch is the order to send. Without one the clone's own is; with reviews on
    #: GitHub it is `origin` unless another is named.
    remote: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] | None = None

    @property
    def order_remote(self) -> str | None:
        """The remote that says what main is; None where this clone does."""
        return self.remote or ("origin" if isinstance(self.reviews, GitHub) else None)

    @property
    def region(self) -> str | None:
        """Table, bucket and queue are where SES is; without SES, where the environment says."""
        return self.transport.ses.region if isinstance(self.transport, Ses) else None


class Policy(Frozen):
    """What `policy.yaml` says."""

    #: The name of this repository, the same in every clone: a ledger that others could reach belongs to it.
    repository: Line | None = None
    organisation: Organisation
    #: Of reports and pull-request comments.
    language: Literal["ja", "en"] = "en"
    #: People by team, each as the name or the part before the @ in their commits.
    teams: Annotated[dict[Name, tuple[Line, ...]], Field(min_length=1)]
    senders: Annotated[dict[Name, Sender], Field(min_length=1)]
    links: Links = Links()
    schedule: SchedulePolicy = SchedulePolicy()
    #: Domains that take mail more slowly, in recipients per second.
    pace: dict[_Domain, Rate] = Field(default_factory=dict)
    audience: AudiencePolicy = AudiencePolicy()
    approvals: Approvals = Approvals()
    test_send: TestSend = TestSend()
    gates: Gates = Gates()
    checklist: Checklist = Checklist()
    sources: Annotated[dict[Name, ContactSource], Field(min_length=1)]
    #: Lists of addresses that get nothing: CSV files with a column `email`.
    suppression: dict[Name, Line] = Field(default_factory=dict)
    targets: Annotated[dict[Name, Target], Field(min_length=1)]
