"""What the doctor asks, made real."""

import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.clock import SystemClock
from pipeline.doctor.line import Line
from pipeline.doctor.parts import SesReader
from pipeline.models.policy import Ses, Target
from pipeline.render.unsubscribe import has_key, load_key
from pipeline.wiring import branch_at_github


def ses_reader_of(region: str) -> SesReader:
    """What says how SES stands in a region."""
    from pipeline.doctor.ses_facts import SesFacts  # noqa: PLC0415

    return SesFacts(region)


def github_lines_of(repository: str, branch: str, required: int) -> Iterator[Line]:
    """How `owner/name` is set up at GitHub; `required` approvals is what the policy asks for at least."""
    from pipeline.doctor.github import github_lines  # noqa: PLC0415
    from pipeline.doctor.github_facts import GitHubSetup  # noqa: PLC0415
    from pipeline.github import GitHubApi  # noqa: PLC0415

    setup = GitHubSetup(GitHubApi(repository, SystemClock()))
    return github_lines(setup, branch_at_github(branch), required)


def key_there(root: Path, target: Target) -> bool:
    """Whether the key of the unsubscribe links is there; PipelineError when it must be, or is no good."""
    if has_key(root, os.environ) or isinstance(target.transport, Ses):
        load_key(root, os.environ, create=False)
    return has_key(root, os.environ)
