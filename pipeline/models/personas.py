"""`personas.yaml` in a campaign's folder: people of the author's own, for checks and the preview."""

from typing import Annotated

from pydantic import Field

from pipeline.models.frozen import Frozen
from pipeline.models.quantity import Line
from pipeline.models.segment import ColumnName


class Persona(Frozen):
    """One invented person. Columns that are left out hold what the ordinary person has."""

    #: What the preview calls them, such as `法人のお客様`.
    name: Line
    #: Why they are looked at; shown beside the name.
    why: Line | None = None
    #: Values by column of the segment. Nobody real.
    fields: dict[ColumnName, str] = Field(default_factory=dict)


class Personas(Frozen):
    """What `personas.yaml` says: further people, beside those that Postmerge invents by itself."""

    personas: Annotated[tuple[Persona, ...], Field(max_length=20)]
