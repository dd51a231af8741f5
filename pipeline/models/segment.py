"""A file under `segments/`: who, as a predicate over a contact source."""

from typing import Annotated

from pydantic import Field

from pipeline.models.frozen import Frozen
from pipeline.models.quantity import Line, Name

#: A column of a contact source that a template may use as `recipient.<column>`.
ColumnName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]


class Segment(Frozen):
    """What a segment file says. Its name is the file's name."""

    title: Line
    #: A source named in the policy.
    source: Name
    #: One SQL predicate over the source's columns; everybody when left out.
    where: Annotated[str, Field(min_length=1, max_length=4000)] | None = None
    #: What templates may use; nothing else is read.
    columns: tuple[ColumnName, ...] = ()
    #: Other segments whose members get nothing.
    exclude: tuple[Name, ...] = ()
