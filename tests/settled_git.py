"""What git said of the same commits before: many processes less for nearly every story."""

import re
from pathlib import Path

from pipeline.workspace import git_process

#: A commit by its whole id, which is a hash over all that it says, and a range of two.
_COMMITS = re.compile(r"\^?[0-9a-f]{40}(\.\.[0-9a-f]{40})?")
_real = git_process.output
_said: dict[tuple[str, ...], bytes] = {}


def output(cwd: Path, *words: str, stdin: bytes = b"") -> bytes:
    """As `git_process.output`, which is asked about everything that can change."""
    if stdin or not _is_settled(cwd, words):
        return _real(cwd, *words, stdin=stdin)
    if words not in _said:
        _said[words] = _real(cwd, *words)
    return _said[words]


def _is_settled(cwd: Path, words: tuple[str, ...]) -> bool:
    """Files or history of whole ids, in a clone that has all of them; in a shallow one history is cut off."""
    if words[0] not in {"ls-tree", "log"} or not (cwd / ".git").is_dir() or (cwd / ".git/shallow").exists():
        return False
    named = [word for word in words[1 : words.index("--") if "--" in words else None] if word[0] != "-"]
    return bool(named) and all(_COMMITS.fullmatch(word) for word in named)
