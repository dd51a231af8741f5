"""The descriptions of AWS's services, read once for all clients of a process instead of once for each."""

from functools import cache
from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader

_real = JSONFileLoader.load_file


def remember() -> None:
    """From now on a file that botocore reads is remembered; nobody changes what is in it."""
    loader = JSONFileLoader()

    @cache
    def load(path: str) -> Any:
        return _real(loader, path)

    JSONFileLoader.load_file = lambda _loader, path: load(str(Path(path)))
