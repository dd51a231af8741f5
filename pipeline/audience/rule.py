"""Who gets a campaign, as one value: the segment, what it leaves out, and the laws that apply. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.audience import predicate as sql
from pipeline.audience.predicate import Predicate
from pipeline.audience.predicate_words import did_you_mean
from pipeline.models.campaign import Kind
from pipeline.models.policy import ContactSource, Policy
from pipeline.models.segment import Segment
from pipeline.sentence import Sentence

#: The list of the policy that holds who said no; every other list holds suppressed people.
UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Objection:
    """What is wrong with a segment, with its place.

    `file` is relative to the repository, `path` leads to the value in its YAML (`("where",)`,
    `("columns", 2)`), `offset` counts characters inside that value, from 0.
    """

    file: str
    path: tuple[str | int, ...]
    sentence: Sentence
    remedy: Sentence
    offset: int = 0
    about_consent: bool = False


@dataclass(frozen=True, slots=True)
class AudienceRule:
    """Everything that decides who is in an audience, except the people.

    `segment` and `source_name` are for messages. `order_key` is the campaign's id: recipients are ordered by
    sha256 over it and their id, so that two campaigns do not wear out the same people first.
    """

    segment: str
    source_name: str
    source: ContactSource
    where: Predicate | None = None
    columns: tuple[str, ...] = ()
    excluded: tuple["AudienceRule", ...] = ()
    consent_required: bool = False
    #: Lists of addresses by name; the one called `unsubscribed` gives that reason.
    suppression: tuple[tuple[str, str], ...] = ()
    order_key: str = ""

    def everyone(self) -> Iterator["AudienceRule"]:
        """Yield the rule and all below it."""
        yield self
        for rule in self.excluded:
            yield from rule.everyone()


def audience_rule(
    name: str, segments: Mapping[str, Segment], policy: Policy, kind: Kind, campaign: str
) -> AudienceRule | tuple[Objection, ...]:
    """The rule of the segment `name` for a campaign, or everything that is wrong with it.

    Consent is asked for marketing only; who unsubscribed or is suppressed gets nothing of any kind.
    """
    objections = tuple(dict.fromkeys(_objections(name, segments, policy, ())))
    if objections:
        return objections
    consent = kind is Kind.MARKETING
    segment = segments[name]
    if consent and policy.sources[segment.source].consent is None:
        return (
            Objection(
                "policy.yaml",
                ("sources", segment.source),
                Sentence(
                    f"The source {segment.source} does not say who gave consent, which marketing needs.",
                    f"名簿{segment.source}に、広告メールに必要な同意の列が指定されていません。",
                ),
                Sentence(
                    "Add `consent:` with the column that holds when consent was given.",
                    "同意した日時の列を`consent:`に書いてください。",
                ),
                about_consent=True,
            ),
        )
    return replace(
        _people(name, segments, policy),
        columns=segment.columns,
        consent_required=consent,
        suppression=tuple(policy.suppression.items()),
        order_key=campaign,
    )


def _people(name: str, segments: Mapping[str, Segment], policy: Policy) -> AudienceRule:
    """A segment as a mere set of people."""
    segment = segments[name]
    return AudienceRule(
        segment=name,
        source_name=segment.source,
        source=policy.sources[segment.source],
        where=_parsed(segment),
        excluded=tuple(_people(other, segments, policy) for other in segment.exclude),
    )


def read(where: str) -> Predicate | tuple[sql.Objection, ...]:
    """The `where` of a segment, or what is wrong with it."""
    # Imported here: the parser of SQL takes longer to load than most commands take for all their work.
    from pipeline.audience.where import parse  # noqa: PLC0415

    return parse(where)


def _parsed(segment: Segment) -> Predicate | None:
    if segment.where is None:
        return None
    parsed = read(segment.where)
    assert isinstance(parsed, Predicate), "objections were collected before"
    return parsed


def _objections(
    name: str, segments: Mapping[str, Segment], policy: Policy, above: tuple[str, ...]
) -> Iterator[Objection]:
    file, segment = segment_file(name), segments[name]
    if segment.source not in policy.sources:
        yield Objection(
            file,
            ("source",),
            Sentence(
                f"policy.yaml names no source {segment.source}.",
                f"policy.yamlに名簿{segment.source}がありません。",
            ),
            did_you_mean(segment.source, policy.sources),
        )
    if segment.where is not None:
        parsed = read(segment.where)
        for objection in () if isinstance(parsed, Predicate) else parsed:
            yield Objection(file, ("where",), objection.sentence, objection.remedy, objection.offset)
    for index, other in enumerate(segment.exclude):
        if other in {*above, name}:
            circle = " → ".join((*above, name, other))
            sentence = Sentence(
                f"The segments exclude each other: {circle}.",
                f"セグメントが互いに除外し合っています: {circle}。",
            )
            remedy = Sentence("Break the circle.", "循環をなくしてください。")
            yield Objection(file, ("exclude", index), sentence, remedy)
        elif other not in segments:
            remedy = did_you_mean(other, segments)
            sentence = Sentence(f"There is no segment {other}.", f"セグメント{other}がありません。")
            yield Objection(file, ("exclude", index), sentence, remedy)
        else:
            yield from _objections(other, segments, policy, (*above, name))


def segment_file(name: str) -> str:
    """Where the segment stands, relative to the repository."""
    return f"segments/{name}.yaml"
