"""The port to the people: resolve a rule to recipients and exclusions, and judge them anew at send time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from pipeline.audience import predicate as sql
from pipeline.audience.predicate_words import did_you_mean
from pipeline.audience.rule import AudienceRule, Objection, segment_file
from pipeline.models.policy import ContactSource
from pipeline.models.recipient import Exclusion, Reason, Recipient
from pipeline.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Rows:
    """Some recipients, column by column: all sequences are equally long."""

    ids: Sequence[str]
    addresses: Sequence[str]
    #: The columns that were asked for, as text; an absent value is the empty string.
    fields: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a column holds, and in how many rows. Only while its resolution is open."""

    text: str
    rows: int
    find: Callable[[str], tuple[str, ...]] = field(repr=False, compare=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the first few rows. Looked up now: of a million values few are asked for theirs."""
        return self.find(self.text)


class Resolution(Protocol):
    """A resolved rule, held outside Python's memory until it is closed.

    Every row of the source that the rule's predicate picks is either a recipient or an exclusion.
    """

    @property
    def recipients(self) -> int:
        """How many will get it."""
        ...

    @property
    def excluded(self) -> Mapping[Reason, int]:
        """How many will not, by reason."""
        ...

    def columns(self) -> tuple[str, ...]:
        """The names of a recipient's fields."""
        ...

    def rows(self) -> Iterator[Sequence[Recipient]]:
        """The recipients, ordered by sha256 over order key and id, in chunks."""
        ...

    def columnar(self, *columns: str) -> Iterator[Rows]:
        """The recipients in the same order and chunks, with only these fields: for whoever reads them all."""
        ...

    def values(self, column: str, *, digits_alike: bool = False) -> Iterator[Value]:
        """Every value that a field holds among the recipients, the most frequent first.

        With `digits_alike`, 1 stands for every digit from 1 to 6, and 7 for 7, 8 and 9: phone numbers,
        postal codes and amounts are then a few thousand values, however many people there are.
        """
        ...

    def consents(self) -> Iterator[Value]:
        """The same of the source's consent column; everywhere empty where no consent is asked for."""
        ...

    def exclusions(self) -> Iterator[Sequence[Exclusion]]:
        """The exclusions in the source's order, in chunks."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None:
        """Let go of memory and temporary files."""
        ...


class Standing(Protocol):
    """Who may still get it, as the files said when it was made."""

    def reasons(self, recipients: Sequence[Recipient]) -> Mapping[str, Reason]:
        """Who of these must not get it now, by id. A predicate that no longer holds is not a reason."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None:
        """Let go of memory and temporary files."""
        ...


class Contacts(Protocol):
    """Where people live. Every method raises PipelineError when a file is missing or cannot be read."""

    def columns(self, source: ContactSource) -> Mapping[str, str]:
        """The source's columns in order, each with its type in words of SQL."""
        ...

    def resolve(self, rule: AudienceRule, already: Iterable[tuple[str, str]] = ()) -> Resolution:
        """Recipients and exclusions. `already` are the (id, address) of earlier revisions' recipients."""
        ...

    def fingerprint(self, rule: AudienceRule) -> str:
        """A cheap hash over the state of every file that `rule` reads: path, size, time, inode."""
        ...

    def standing(self, rule: AudienceRule) -> Standing:
        """The present judgement, to be made anew whenever the fingerprint is another one."""
        ...


def objections(
    rule: AudienceRule, columns: Callable[[ContactSource], Mapping[str, str]]
) -> tuple[Objection, ...]:
    """What the rule asks of its sources and they do not have: columns of segments and of the policy."""
    found = (objection for each in rule.everyone() for objection in _missing(each, columns(each.source)))
    return tuple(dict.fromkeys(found))


def _missing(rule: AudienceRule, known: Mapping[str, str]) -> Iterator[Objection]:
    file = segment_file(rule.segment)
    for index, name in enumerate(rule.columns):
        if name not in known:
            sentence = _no_column(rule, name)
            yield Objection(file, ("columns", index), sentence, did_you_mean(name, known))
    if rule.where is not None:
        for unknown in sql.unknown_columns(rule.where, known):
            yield Objection(file, ("where",), unknown.sentence, unknown.remedy, unknown.offset)
    for key in ("id", "email", "consent", "family_name", "given_name"):
        name = getattr(rule.source, key)
        if name is not None and name not in known:
            path = ("sources", rule.source_name, key)
            sentence = _no_column(rule, name)
            yield Objection("policy.yaml", path, sentence, did_you_mean(name, known))


def _no_column(rule: AudienceRule, name: str) -> Sentence:
    return Sentence(
        f"The contact source {rule.source_name} has no column {name}.",
        f"名簿{rule.source_name}に列{name}がありません。",
    )
