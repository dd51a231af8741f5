"""The files behind a rule, and their state on the disk."""

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from pipeline.audience.rule import AudienceRule
from pipeline.errors import PipelineError
from pipeline.models.policy import ContactSource
from pipeline.sentence import Sentence


def sources(rule: AudienceRule) -> tuple[ContactSource, ...]:
    """Every contact source of the rule and of what it leaves out, once each."""
    return tuple(dict.fromkeys(each.source for each in rule.everyone()))


def fixed_files(rule: AudienceRule, root: Path) -> tuple[Path, ...]:
    """The files that must not change while they are read. SQLite reads a snapshot and may."""
    contacts = [root / source.path for source in sources(rule) if source.kind != "sqlite"]
    return tuple(dict.fromkeys([*contacts, *(root / path for _, path in rule.suppression)]))


def fingerprint(rule: AudienceRule, root: Path) -> str:
    """A hash over path, size, time of change and inode of every file that the rule reads.

    Raises PipelineError when one is missing.
    """
    files, databases = _files(rule, root)
    lines = [state(path) for path in files]
    for path in databases:
        lines.extend(_beside(path))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@lru_cache(maxsize=64)
def _files(rule: AudienceRule, root: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Every file of the rule, and which of them are databases. A rule names them; the disk is not asked."""
    databases = tuple(root / source.path for source in sources(rule) if source.kind == "sqlite")
    return (*fixed_files(rule, root), *databases), databases


def state(path: Path) -> str:
    """One line that is another one when the file is."""
    try:
        seen = path.stat()
    except OSError as error:
        raise PipelineError(
            Sentence(
                f"The file {path} cannot be found: {error.strerror}.", f"ファイル{path}が見つかりません。"
            ),
            Sentence(
                "Check its path in policy.yaml. A list that is missing is not an empty list, so nothing is "
                "sent.",
                "policy.yamlのパスを確認してください。リストがないことは、空のリストとは違うため、配信されません。",
            ),
        ) from error
    return f"{os.fspath(path)!r} {seen.st_size} {seen.st_mtime_ns} {seen.st_ino}"


def _beside(database: Path) -> Iterator[str]:
    """SQLite writes new rows beside the file first."""
    for suffix in ("-wal", "-journal"):
        beside = database.with_name(database.name + suffix)
        yield state(beside) if beside.exists() else f"{beside} none"
