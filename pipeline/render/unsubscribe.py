"""One-click unsubscribe (RFC 8058): a link of its own for every mail, which nobody can guess or alter."""

import base64
import binascii
import hmac
import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from pipeline.errors import PipelineError

#: The key itself, as text of at least 32 bytes.
KEY_VARIABLE: Final = "POSTMERGE_UNSUBSCRIBE_KEY"
#: A file that holds it.
FILE_VARIABLE: Final = "POSTMERGE_UNSUBSCRIBE_KEY_FILE"
_KEY_FILE: Final = Path(".postmerge/unsubscribe.key")
_SHORTEST: Final = 32


@dataclass(frozen=True, slots=True)
class UnsubscribeKey:
    """What signs the links. Whoever has it can unsubscribe anybody; it is never shown."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < _SHORTEST:
            raise PipelineError(
                f"The unsubscribe key has {len(self.secret)} bytes; it needs at least {_SHORTEST}.",
                f"Put a longer secret into {KEY_VARIABLE}.",
            )


#: Known to everybody, so its links unsubscribe nobody: a real key never equals it.
EXAMPLE_KEY: Final = UnsubscribeKey(b"an example that signs nothing real")


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """What a valid token says: this row wants no more mail, and learnt of it through this campaign."""

    campaign: str
    recipient_id: str


def sign(campaign: str, recipient_id: str, key: UnsubscribeKey) -> str:
    """The token: what it says, and the HMAC-SHA256 of that, both base64url. Never holds the address."""
    payload = f"{campaign}\n{recipient_id}".encode()
    return f"{_encode(payload)}.{_encode(_mac(payload, key))}"


def verify(token: str, key: UnsubscribeKey) -> Unsubscribe | None:
    """What `token` says if this key signed it, else None."""
    said, dot, signed = token.partition(".")
    payload = _decode(said)
    # base64 has several spellings of the same bytes; only ours is valid
    if not dot or payload is None or _encode(payload) != said:
        return None
    if not hmac.compare_digest(_encode(_mac(payload, key)).encode(), signed.encode("utf-8", "replace")):
        return None
    campaign, line, recipient_id = payload.decode().partition("\n")
    return Unsubscribe(campaign, recipient_id) if line else None


def link(base: str, campaign: str, recipient_id: str, key: UnsubscribeKey) -> str:
    """The address to unsubscribe at: `<base>/<token>`."""
    return f"{base.rstrip('/')}/{sign(campaign, recipient_id, key)}"


def headers(url: str) -> tuple[tuple[str, str], ...]:
    """The two headers, in the order that Gmail wants them in."""
    return ("List-Unsubscribe", f"<{url}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")


def load_key(root: Path, environ: Mapping[str, str], *, create: bool) -> UnsubscribeKey:
    """The key of the repository at `root`.

    From the environment variable POSTMERGE_UNSUBSCRIBE_KEY, else the file that
    POSTMERGE_UNSUBSCRIBE_KEY_FILE names, else `.postmerge/unsubscribe.key`, which is made when `create`
    allows it. Raises PipelineError when there is none, when it is short, or when git tracks the file.
    """
    if text := environ.get(KEY_VARIABLE, "").strip():
        return UnsubscribeKey(text.encode())
    named = environ.get(FILE_VARIABLE, "").strip()
    path = (root / named) if named else root / _KEY_FILE
    if _is_tracked(path):
        raise PipelineError(
            f"The unsubscribe key {path} is tracked by git: everybody who can read the repository has it.",
            "Remove it with `git rm --cached`, delete the file and let Postmerge make a new key.",
        )
    if create and not named:
        _make(path)
    try:
        return UnsubscribeKey(path.read_bytes().strip())
    except OSError as error:
        raise PipelineError(
            f"There is no unsubscribe key: {path} cannot be read ({error.strerror}).",
            f"Put a secret of at least {_SHORTEST} bytes into {KEY_VARIABLE}, always the same one.",
        ) from error


def has_key(root: Path, environ: Mapping[str, str]) -> bool:
    """Whether `load_key` would find one without making it."""
    named = environ.get(FILE_VARIABLE, "").strip()
    return bool(environ.get(KEY_VARIABLE, "").strip()) or (root / (named or _KEY_FILE)).exists()


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(base64.urlsafe_b64encode(secrets.token_bytes(_SHORTEST)) + b"\n")


def _is_tracked(path: Path) -> bool:
    git = shutil.which("git")
    if git is None or not path.exists():
        return False
    command = [git, "-C", str(path.parent), "ls-files", "--error-unmatch", "--", path.name]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _mac(payload: bytes, key: UnsubscribeKey) -> bytes:
    # Not `hmac.digest`: it lets other threads go first each time, and a batch has fifty links.
    signed = _keyed(key.secret).copy()
    signed.update(payload)
    return signed.digest()


@lru_cache(maxsize=8)
def _keyed(secret: bytes) -> hmac.HMAC:
    return hmac.new(secret, digestmod="sha256")


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
