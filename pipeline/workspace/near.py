"""What can be read of a repository without git: when a brake is pulled, git may be what is broken."""

import re
from pathlib import Path
from typing import Final

from pipeline.errors import PipelineError
from pipeline.models.campaign import Campaign
from pipeline.models.policy import Policy
from pipeline.sentence import Language
from pipeline.workspace import git_process
from pipeline.workspace.typed import Model, read
from pipeline.workspace.yaml_file import YamlFile, parse

_JAPANESE: Final = re.compile(rb"""^language:[ \t]*["']?ja\b""", re.MULTILINE)


def policy_near(start: Path) -> Path | None:
    """The nearest policy.yaml in `start` or a folder above it."""
    places = (folder / "policy.yaml" for folder in (start, *start.parents))
    return next((place for place in places if place.is_file()), None)


def language_of(policy: bytes) -> Language:
    """What a policy.yaml says about the language of reports, also where it cannot be read as a whole."""
    return "ja" if _JAPANESE.search(policy) else "en"


def language_near(start: Path) -> Language:
    """The language of the nearest policy; English where there is none."""
    path = policy_near(start)
    try:
        return "en" if path is None else language_of(path.read_bytes())
    except OSError:
        return "en"


def read_policy(path: Path) -> Policy:
    """The policy in a file. Raises PipelineError when it cannot be read."""
    return _read(path, Policy)


def sender_near(root: Path, campaign: str) -> str | None:
    """The sender that a campaign names in the files on disk; None when they do not say."""
    try:
        return _read(root / "campaigns" / campaign / "campaign.yaml", Campaign).from_
    except PipelineError:
        return None


def name_of_origin(root: Path) -> str | None:
    """`owner/name`, the end of the address of the remote called origin; None without git or remote."""
    try:
        url = git_process.run(root, "config", "remote.origin.url").stdout.decode().strip()
    except PipelineError:
        return None
    steps = [step for step in re.split("[/:]", url.removesuffix("/").removesuffix(".git")) if step]
    return "/".join(steps[-2:]) or None


def _read(path: Path, model: type[Model]) -> Model:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PipelineError(f"{path} cannot be read: {error.strerror or error}.") from error
    file = parse(path.name, data)
    found = read(file, model, "settings/policy") if isinstance(file, YamlFile) else file
    if not isinstance(found, tuple):
        return found
    first = found[0]
    raise PipelineError(f"{path} cannot be read: line {first.position.line}: {first.message}", first.remedy)
