"""A folder under `campaigns/`: one mail, for one audience, sent once."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.models.frozen import Frozen
from pipeline.models.quantity import Day, Duration, Line, LocalTime, Name, RelativePath, Share, ZoneName
from pipeline.sentence import Unfit


class State(StrEnum):
    """What the author wants of a campaign."""

    #: Checked and previewed, never sent.
    DRAFT = "draft"
    #: Merging is the order to send.
    READY = "ready"
    #: Whatever has not left stays.
    STOPPED = "stopped"


class Kind(StrEnum):
    """Which rules and laws apply."""

    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"
    APOLOGY = "apology"


class Body(Frozen):
    """The files of the mail's text; at least one of the two."""

    #: `.mjml` or `.html`, with Jinja2, autoescaped.
    html: RelativePath | None = None
    #: Jinja2; made from the HTML when left out.
    text: RelativePath | None = None

    @model_validator(mode="after")
    def _has_a_part(self) -> Self:
        if self.html is None and self.text is None:
            raise Unfit(
                "a body needs an html file, a text file, or both",
                "本文には、htmlかtextのファイル、または両方が必要です",
            )
        if self.html is not None and not self.html.endswith((".mjml", ".html")):
            raise Unfit(
                "body.html is a .mjml or a .html file", "body.htmlには.mjmlか.htmlのファイルを書いてください"
            )
        return self


class Attachment(Frozen):
    """A file that goes along, pinned by content: the file that is meant, not merely one of that name."""

    file: RelativePath
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Expect(Frozen):
    """Delivery holds when the audience is outside these bounds (recipients)."""

    min: Annotated[int, Field(ge=0)] = 1
    max: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min > self.max:
            raise Unfit(
                f"min {self.min} is greater than max {self.max}",
                f"min({self.min})がmax({self.max})より大きくなっています",
            )
        return self


class Audience(Frozen):
    """Who gets it: a segment, or the people touched by an incident."""

    segment: Name | None = None
    incident: Name | None = None
    expect: Expect

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.segment is None) == (self.incident is None):
            raise Unfit(
                "an audience names either a segment or an incident",
                "配信先には、segmentかincidentのどちらか一方を書いてください",
            )
        return self


class Schedule(Frozen):
    """When it leaves."""

    #: Wall-clock time in `time_zone`, or `on_merge`.
    send_at: LocalTime
    #: The policy's zone when left out.
    time_zone: ZoneName | None = None
    #: Past `send_at` plus this it asks a person; the policy's value when left out.
    latest_start: Duration | None = None


class Rollout(Frozen):
    """In which shares it leaves."""

    #: Cumulative shares of the audience; the last is 100%.
    waves: Annotated[tuple[Share, ...], Field(min_length=1, max_length=20)] = (0.01, 0.1, 1.0)
    #: The wait after a wave, before the gate is asked.
    soak: Duration = Field(default="30m", validate_default=True)
    #: Recipients per call in the first wave: so many a call without an answer leaves unknown.
    first_batch: Annotated[int, Field(ge=1, le=10)] | None = None

    @model_validator(mode="after")
    def _grow_to_all(self) -> Self:
        if any(before >= after for before, after in zip(self.waves, self.waves[1:], strict=False)):
            raise Unfit(
                "waves are cumulative: each share is greater than the one before",
                "wavesは累計です。前より大きい割合を順に書いてください",
            )
        if self.waves[0] <= 0 or self.waves[-1] != 1.0:
            raise Unfit(
                "the first wave is more than 0% and the last wave is 100%",
                "最初の波は0%より大きく、最後の波は100%にしてください",
            )
        return self


class Tracking(Frozen):
    """What is measured; `utm` is added to the links to our own hosts."""

    opens: bool = False
    clicks: bool = False
    utm: dict[Literal["source", "medium", "campaign", "term", "content"], Line] = Field(default_factory=dict)


class Facts(Frozen):
    """What the copy must agree with."""

    dates: dict[str, Day] = Field(default_factory=dict)
    amounts: dict[str, str] = Field(default_factory=dict)
    links: dict[str, str] = Field(default_factory=dict)
    #: Words that the title of the page behind one of `links` must hold, by the same name.
    titles: dict[str, Line] = Field(default_factory=dict)
    #: Dates that the copy may name although they are over.
    past_dates: tuple[Day, ...] = ()


class Waiver(Frozen):
    """A rule set aside, with reason, name and expiry."""

    rule: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9-]+$")]
    reason: Line
    until: Day
    by: Line


class Campaign(Frozen):
    """What `campaign.yaml` says. The id is the folder's name."""

    state: State
    kind: Kind
    #: For people.
    title: Line
    #: A team named in the policy.
    owner: Name
    #: Which wording rules apply.
    language: Literal["ja", "en"]
    #: A sender named in the policy.
    from_: Annotated[Name, Field(alias="from")]
    reply_to: Line | None = None
    #: Jinja2, one line.
    subject: Line
    #: The line that inboxes show behind the subject; Jinja2.
    preheader: Line | None = None
    body: Body
    attachments: tuple[Attachment, ...] = ()
    audience: Audience
    schedule: Schedule
    rollout: Rollout = Rollout()
    tracking: Tracking = Tracking()
    facts: Facts = Facts()
    waivers: tuple[Waiver, ...] = ()
