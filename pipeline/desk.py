"""An operator's desk: the ledger and what the policy says, also where git and GitHub are what is broken."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline import wiring
from pipeline.archive.store import Archive
from pipeline.delivery.order_source import target_of
from pipeline.doctor import parts, storage
from pipeline.doctor.line import Part
from pipeline.errors import PipelineError
from pipeline.ledger.store import Ledger
from pipeline.models.policy import GitHub, Outbox, Policy, Ses, Target
from pipeline.wiring import of_doctor
from pipeline.wiring.of_feedback import queue_of
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from pipeline.workspace.near import policy_near, read_policy, sender_near


def policy_at_hand(start: Path, branch: str, file: Path | None = None) -> tuple[Path, Policy]:
    """The policy and the folder it stands in: enough to find the ledger in an emergency.

    It is `file`, or the nearest policy.yaml at or above `start`, with or without git; or else that of the
    branch. Raises PipelineError when none can be read.
    """
    if file is not None:
        return file.resolve().parent, read_policy(file)
    near = policy_near(start)
    try:
        if near is not None:
            return near.parent, read_policy(near)
        return _policy_of_branch(start, branch)
    except PipelineError as unreadable:
        # Somebody may be in the middle of editing it: the branch has one that was read before.
        with suppress(PipelineError):
            return _policy_of_branch(start, branch)
        raise unreadable from None


def _policy_of_branch(start: Path, branch: str) -> tuple[Path, Policy]:
    with Repository.open(start) as repository:
        policy = loading.load(repository.tree(repository.resolve(branch))).policy
        if policy is None:
            raise PipelineError(
                "policy.yaml cannot be read.", "`postmerge check` says why; or name one: --policy FILE."
            )
        return repository.root, policy


@dataclass(frozen=True, slots=True)
class Desk:
    """What an operator needs in an emergency: no git, no contacts, no GitHub."""

    root: Path
    policy: Policy
    target: Target
    ledger: Ledger

    def archive(self) -> Archive:
        """The archive, opened when it is needed."""
        return wiring.archive_of(self.root, self.target)


@contextmanager
def open_desk(
    start: Path, target: str, branch: str = "main", policy_file: Path | None = None
) -> Iterator[Desk]:
    """Only the ledger, and what the policy says: what a brake and a resolution need."""
    root, policy = policy_at_hand(start, branch, policy_file)
    chosen = target_of(policy, target)
    ledger = wiring.ledger_of(root, chosen, repository=policy.repository)
    try:
        yield Desk(root, policy, chosen, ledger)
    finally:
        ledger.close()


def campaigns_near(root: Path) -> tuple[str, ...]:
    """The folders below campaigns/ on disk."""
    folder = root / "campaigns"
    return tuple(sorted(entry.name for entry in folder.iterdir())) if folder.is_dir() else ()


def senders_of(desk: Desk, start: Path, campaign: str, branch: str) -> frozenset[str] | None:
    """The senders that a campaign names on disk and on the branch; None when neither has the campaign.

    A brake works where neither can be read, and takes both where they differ.
    """
    found = [sender_near(desk.root, campaign)] if campaign in campaigns_near(desk.root) else []
    with suppress(PipelineError), Repository.open(start) as repository:
        workspace = loading.load(repository.tree(repository.resolve(branch)))
        if folder := workspace.campaigns.get(campaign):
            found.append(folder.campaign.from_)
        elif campaign in workspace.broken:
            found.append(None)
    return frozenset(name for name in found if name is not None) if found else None


@contextmanager
def doctor_parts(
    start: Path, target: str, branch: str = "main", policy_file: Path | None = None
) -> Iterator[tuple[Part, ...]]:
    """Everything that the doctor looks at on a target, in the order in which it says it."""
    root, policy = policy_at_hand(start, branch, policy_file)
    chosen = target_of(policy, target)
    with ExitStack() as stack:

        @cache
        def opened() -> Ledger:
            ledger = wiring.ledger_of(root, chosen, repository=policy.repository, rehearsal=True)
            stack.callback(ledger.close)
            return ledger

        yield (
            Part("ledger", lambda: storage.ledger_lines(opened)),
            Part("archive", lambda: storage.archive_lines(wiring.archive_of(root, chosen))),
            _transport_part(root, chosen, policy, lambda: storage.planned(opened())),
            *_events_part(chosen),
            Part("links", lambda: parts.key_lines(lambda: of_doctor.key_there(root, chosen))),
            *_github_part(chosen, policy, branch),
        )


def _github_part(target: Target, policy: Policy, branch: str) -> tuple[Part, ...]:
    if not isinstance(target.reviews, GitHub):
        return ()
    repository, required = target.reviews.github, policy.approvals.required
    return (Part("GitHub", lambda: of_doctor.github_lines_of(repository, branch, required)),)


def _events_part(target: Target) -> tuple[Part, ...]:
    feedback = target.feedback
    if feedback is None:
        return (Part("events", lambda: [parts.NO_QUEUE]),) if isinstance(target.transport, Ses) else ()
    return (Part("events", lambda: parts.queue_lines(lambda: queue_of(feedback, target).facts())),)


def _transport_part(root: Path, target: Target, policy: Policy, planned: Callable[[], int]) -> Part:
    match target.transport:
        case Outbox(outbox=path):
            return Part("outbox", lambda: parts.outbox_lines(root / path))
        case Ses(ses=place):
            return Part(
                "Amazon SES", lambda: parts.ses_lines(of_doctor.ses_reader_of(place.region), policy, planned)
            )
