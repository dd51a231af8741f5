"""Policy target to real adapters; the only package that names them all."""

import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.approvals.reviews import Reviews
from pipeline.approvals.trailers import TrailerReviews
from pipeline.archive.folder import FolderArchive
from pipeline.archive.store import Archive
from pipeline.audience.contacts import Contacts
from pipeline.audience.late import LateContacts
from pipeline.clock import Clock, SystemClock
from pipeline.delivery.aside import Aside, told_aside
from pipeline.delivery.order_source import main_and_target, policy_of, target_of
from pipeline.delivery.outbox import Outbox as OutboxTransport
from pipeline.delivery.rehearsal import RehearsedArchive, RehearsedTransport
from pipeline.delivery.transport import Transport
from pipeline.delivery.world import Narrate, World, never, silent, unseen
from pipeline.errors import PipelineError, UsageError, named_below
from pipeline.incident.switches import Switch
from pipeline.ledger.sqlite import SqliteLedger
from pipeline.ledger.store import Ledger
from pipeline.models.policy import (
    S3,
    DynamoDb,
    Folder,
    GitHub,
    Outbox,
    Policy,
    Ses,
    Sqlite,
    Target,
)
from pipeline.render.source import Mailbox
from pipeline.render.unsubscribe import EXAMPLE_KEY, UnsubscribeKey, has_key, load_key
from pipeline.sentence import SILENCE, Sentence
from pipeline.wiring.of_feedback import feedback_of
from pipeline.workspace.git import Repository
from pipeline.workspace.near import name_of_origin

if TYPE_CHECKING:
    from pipeline.approvals.github import GitHubReviews
    from pipeline.checklist.draft import Earlier, Fetch
    from pipeline.checklist.means import History, Tested
    from pipeline.preview.camera import Open

# Adapters are imported where they are made: most commands need few of them, and each takes its time to load.

#: The most calls that may be under way. The outbox is one disk; SES answers after a tenth of a second or two,
#: so that 6,000 recipients a second are twenty calls. `Flight` takes as many of them as it needs.
_OUTBOX_IN_FLIGHT, _SES_IN_FLIGHT = 1, 24


@dataclass(frozen=True, slots=True)
class Calling:
    """How a delivery is called: on which target, by which clock, who listens, who may stop it."""

    target: str = "local"
    branch: str = "main"
    clock: Clock = field(default_factory=SystemClock)
    stopping: Callable[[], bool] = never
    narrate: Narrate = silent
    #: Play everything on copies; nothing leaves, nothing is written.
    rehearsal: bool = False
    #: The environment at GitHub whose deployments show it; None for none.
    deployments: str | None = None


def contacts_of(root: Path) -> Contacts:
    """Where people live, for the sources of a policy at `root`."""

    def made() -> Contacts:
        from pipeline.audience.duckdb import DuckDbContacts  # noqa: PLC0415

        return DuckDbContacts(root)

    return LateContacts(made)


def web() -> "Fetch":
    """Asks the pages that links lead to."""
    from pipeline.checklist.web import Web  # noqa: PLC0415

    return Web()


def ledger_of(
    root: Path, target: Target, *, repository: str | None = None, rehearsal: bool = False
) -> Ledger:
    """The ledger of the policy's `repository`; a rehearsal works on a copy, and a missing one is empty."""
    match target.ledger:
        case Sqlite(sqlite=path):
            return SqliteLedger(root / path, rehearsal=rehearsal)
        case DynamoDb(dynamodb=table):
            from pipeline.ledger.dynamodb import DynamoDbLedger  # noqa: PLC0415

            owner = repository or _repository_of(root, target)
            return DynamoDbLedger(table, repository=owner, region=target.region, rehearsal=rehearsal)


def archive_of(root: Path, target: Target) -> Archive:
    """The target's archive."""
    match target.archive:
        case Folder(folder=path):
            return FolderArchive(root / path)
        case S3(s3=bucket):
            from pipeline.archive.s3 import S3Archive  # noqa: PLC0415

            return S3Archive(bucket, region=target.region)


@contextmanager
def past_of(root: Path, policy: Policy | None, target: str) -> Iterator["tuple[History, Tested]"]:
    """Reads what the target's ledger knows, when it is asked, without a trace; closed at the end.

    Of earlier campaigns, and of test sends.
    """
    with ExitStack() as stack:

        @cache
        def opened() -> tuple[Ledger, Target]:
            if policy is None:
                raise PipelineError(Sentence("policy.yaml cannot be read.", "policy.yamlを読み取れません。"))
            chosen = target_of(policy, target)
            with named_below(root):
                ledger = ledger_of(root, chosen, repository=policy.repository, rehearsal=True)
            stack.callback(ledger.close)
            return ledger, chosen

        @cache
        def history() -> "tuple[Earlier, ...]":
            from pipeline.checklist.history import history_of  # noqa: PLC0415

            ledger, chosen = opened()
            with named_below(root):
                return history_of(ledger, archive_of(root, chosen))

        yield history, lambda campaign, digest: bool(opened()[0].test_sends(campaign, digest))


def _repository_of(root: Path, target: Target) -> str:
    """The name by which a table knows whose ledger it is, where the policy has none (decision 0027)."""
    if isinstance(target.reviews, GitHub):
        return target.reviews.github
    return name_of_origin(root) or root.name


def transport_of(root: Path, target: Target, clock: Clock, policy: Policy) -> Transport:
    """The target's transport; the senders of `policy` may use it."""
    match target.transport:
        case Outbox(outbox=path):
            return OutboxTransport(root / path, clock)
        case Ses(ses=place):
            from pipeline.delivery.ses import SesTransport  # noqa: PLC0415

            return SesTransport.connect(place.region, _configuration_sets(policy), connections=_SES_IN_FLIGHT)


def _configuration_sets(policy: Policy) -> dict[Mailbox, str]:
    return {
        Mailbox(sender.name, sender.address): sender.configuration_set
        for sender in policy.senders.values()
        if sender.configuration_set is not None
    }


def reviews_of(
    repository: Repository, target: Target, branch: str = "main", clock: Clock | None = None
) -> Callable[[Policy], Reviews]:
    """Where the target's approvals stand, for each policy."""
    if not isinstance(target.reviews, GitHub):
        return lambda policy: TrailerReviews(repository, policy)
    reviews = github_reviews_of(repository, target.reviews.github, branch, clock)
    return lambda _policy: reviews


def github_reviews_of(
    repository: Repository, name: str, branch: str = "main", clock: Clock | None = None
) -> "GitHubReviews":
    """Reviews of `name`, `owner/repository`, at GitHub."""
    from pipeline.approvals.github import GitHubReviews  # noqa: PLC0415
    from pipeline.github import GitHubApi  # noqa: PLC0415

    return GitHubReviews(GitHubApi(name, clock or SystemClock()), repository, branch_at_github(branch))


def branch_at_github(branch: str) -> str:
    """How GitHub names the branch that this copy knows as `origin/main`, or by a full ref."""
    for prefix in ("refs/heads/", "refs/remotes/", "origin/"):
        branch = branch.removeprefix(prefix)
    return branch


def camera_of() -> "tuple[Open | None, Sentence]":
    """How to open a browser for pictures, and nothing; or None, and why not as one sentence."""
    from pipeline.preview import chromium  # noqa: PLC0415

    why = chromium.missing(os.environ)
    return (None, why) if why is not None else (lambda: chromium.chromium(os.environ), SILENCE)


def lacks_japanese_fonts() -> bool:
    """Whether pictures that are taken here show boxes where Japanese stands."""
    from pipeline.preview import chromium  # noqa: PLC0415

    return chromium.lacks_japanese()


@contextmanager
def open_world(start: Path, calling: Calling) -> Iterator[World]:
    """Everything that a delivery touches, closed at the end. The policy is the one that main has now."""
    with ExitStack() as stack:
        repository = stack.enter_context(Repository.open(start))
        main, policy, target = main_and_target(repository, calling.branch, calling.target, calling.clock)
        # A rehearsal's clock jumps, GitHub's limits do not.
        reviews = reviews_of(
            repository, target, calling.branch, SystemClock() if calling.rehearsal else calling.clock
        )
        root = repository.root
        ledger = ledger_of(root, target, repository=policy.repository, rehearsal=calling.rehearsal)
        stack.callback(ledger.close)
        archive: Archive = archive_of(root, target)
        transport: Transport = RehearsedTransport()
        if calling.rehearsal:
            archive = RehearsedArchive(archive)
        else:
            transport = transport_of(root, target, calling.clock, policy)
        feedback = feedback_of(target, archive, ledger, calling.clock, rehearsal=calling.rehearsal)
        aside = stack.enter_context(shown_aside(target, calling))
        in_flight = _OUTBOX_IN_FLIGHT if isinstance(target.transport, Outbox) else _SES_IN_FLIGHT
        yield World(
            main=main,
            contacts=contacts_of(root),
            ledger=ledger,
            archive=archive,
            transport=transport,
            reviews=reviews,
            clock=calling.clock,
            key=_key(root, target, rehearsal=calling.rehearsal),
            sender=f"{socket.gethostname()}/{os.getpid()}/{calling.clock.now().isoformat()}",
            executor=stack.enter_context(ThreadPoolExecutor(in_flight, thread_name_prefix="transport")),
            in_flight=in_flight,
            feedback=feedback,
            stopping=calling.stopping,
            narrate=calling.narrate,
            show=unseen if aside is None else aside.look,
            fetch=web() if policy.links.verify == "delivery" else None,
        )


def _key(root: Path, target: Target, *, rehearsal: bool) -> UnsubscribeKey:
    """The key that signs unsubscribe links; a rehearsal never makes one."""
    if rehearsal and not has_key(root, os.environ):
        return EXAMPLE_KEY
    return load_key(root, os.environ, create=isinstance(target.transport, Outbox))


def shown_aside(target: Target, calling: Calling) -> AbstractContextManager[Aside | None]:
    """Where a delivery is shown besides: as deployments at GitHub, where the call asks for it."""
    if calling.deployments is None:
        return nullcontext()
    if not isinstance(target.reviews, GitHub):
        raise UsageError(f"The target {calling.target} is not at GitHub, so it has no deployments there.")
    from pipeline.delivery.deployments import GitHubDeployments  # noqa: PLC0415

    there = GitHubDeployments(target.reviews.github, calling.deployments, os.environ)
    return told_aside(there.show, lambda sentence: calling.narrate("deployments", sentence))


def zone_of(world: World) -> str:
    """The zone in which the policy of main shows times."""
    return policy_of(world.main.workspace(world.main.commit())).schedule.time_zone


def switch_of(target: Target) -> Switch | None:
    """What switches sending off at the target's transport; None where there is no such thing."""
    if not isinstance(target.transport, Ses):
        return None
    from pipeline.delivery.ses_switch import SesSwitch  # noqa: PLC0415

    return SesSwitch(target.transport.ses.region)
