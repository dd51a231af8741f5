"""The archive's port: bulky things that are written once and never change."""

import re
from collections.abc import Iterator
from typing import Protocol

_KEY = re.compile(r"[A-Za-z0-9._/-]{1,900}")


class Archive(Protocol):
    """Objects by key, create-only. Keys are made of `[A-Za-z0-9._-]` parts with `/` between them."""

    def create(self, key: str, data: bytes) -> bool:
        """Write `data` under `key`, all of it or nothing.

        True if it was written, False if the same bytes are there already. Raises PipelineError when other
        bytes are there: what is in the archive is never replaced.
        """
        ...

    def read(self, key: str) -> bytes:
        """The bytes under `key`. Raises PipelineError when there are none."""
        ...

    def exists(self, key: str) -> bool:
        """Tell whether something is there under `key`."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key that begins with `prefix`, in alphabetical order."""
        ...


def checked(key: str) -> str:
    """`key`, if it is one: our own code makes keys, so anything else is a bug.

    A key that climbs out of the archive (`..`) or has an empty part is refused.
    """
    parts = key.split("/")
    sound = _KEY.fullmatch(key) is not None and not {"", ".", ".."} & set(parts)
    assert sound, f"{key!r} is no key of an archive"
    return key
