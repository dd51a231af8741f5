"""Who stands for an audience: the difficult people, those that reach a branch, and the author's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.models.personas import Persona
from pipeline.models.recipient import Recipient
from pipeline.render.branch import Branch, unreached
from pipeline.render.branch_people import people_for
from pipeline.render.candidates import candidates
from pipeline.render.child_process import Spare
from pipeline.render.personas import KINDS, invented
from pipeline.render.probe import Probe, Way
from pipeline.render.renderer import Renderer
from pipeline.render.source import MailSource
from pipeline.render.unsubscribe import EXAMPLE_KEY
from pipeline.render.wire import Errand

BRANCH: Final = "branch"
OWN: Final = "own"


@dataclass(frozen=True, slots=True)
class Part:
    """One invented person, and the branches that the mail takes for them.

    `kind` is one of `personas.KINDS`, `branch`, or `own`; `title` and `why` are what the author wrote of an
    own one. `taken` are numbers of `Cast.branches`.
    """

    kind: str
    row: Recipient
    taken: frozenset[int]
    title: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody whose mail is looked at, and what their mails make of the templates."""

    parts: tuple[Part, ...]
    branches: tuple[Branch, ...]

    @property
    def unreached(self) -> tuple[Branch, ...]:
        """Branches that nobody takes."""
        return unreached(self.branches, frozenset().union(*(part.taken for part in self.parts)))


def cast_of(
    source: MailSource, columns: Sequence[str], own: Sequence[Persona] = (), spare: Spare | None = None
) -> Cast:
    """The cast of a campaign whose segment has `columns`. The same files give the same people.

    `spare` lends the process that renders. Raises PipelineError when none can be started.
    """
    always = invented(columns, source.language)
    ours = own_rows(own, always[0])
    with Renderer(source, EXAMPLE_KEY, errand=Errand.REHEARSE, spare=spare) as renderer:
        probe = Probe(renderer, source)
        ways = {way.row.id: way for way in probe.ask([*always, *ours])}
        further = people_for(probe, list(ways.values()), candidates(source, columns))
        branches = tuple(probe.branches)
    parts = [_part(kind, row, ways) for kind, row in zip(KINDS, always, strict=True)]
    parts += [Part(BRANCH, way.row, way.taken) for way in further]
    parts += [_part(OWN, row, ways, p.name, p.why or "") for row, p in zip(ours, own, strict=True)]
    return Cast(tuple(parts), branches)


def _part(kind: str, row: Recipient, ways: dict[str, Way], title: str = "", why: str = "") -> Part:
    taken = ways[row.id].taken if row.id in ways else frozenset[int]()
    return Part(kind, row, taken, title, why)


def own_rows(own: Sequence[Persona], ordinary: Recipient) -> list[Recipient]:
    """The author's own people as rows; what they leave out is as the ordinary person has it."""
    return [_own_row(persona, ordinary, number) for number, persona in enumerate(own, 1)]


def _own_row(persona: Persona, ordinary: Recipient, number: int) -> Recipient:
    fields = {column: persona.fields.get(column, value) for column, value in ordinary.fields.items()}
    return Recipient(f"own-{number}", f"own-{number}@personas.example", fields)
