"""The base of every value that is read from a file."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Immutable, and an unknown key is an error: a misspelt `exepct:` must not pass in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
