"""The play: a campaign goes out; a second one is reverted in the middle and stops."""

import email
import email.policy
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline import wiring
from pipeline.checklist.means import Means
from pipeline.checklist.run import run as run_checklist
from pipeline.clock import shown
from pipeline.delivery.dispatch import Delivered, deliver
from pipeline.delivery.status import Status
from pipeline.delivery.test_send import send_test
from pipeline.delivery.world import World
from pipeline.demo.stage import Stage
from pipeline.errors import PipelineError
from pipeline.ledger.hold import LIFTED_BY_TIME
from pipeline.plan import report
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from pipeline.workspace.workspace import Workspace

SALE, NOTICE = "2026-12-winter-sale", "2026-12-service-notice"
_TESTER = "tester@staff.hanamori.example"

Say = Callable[[str], None]


class DemoFailed(PipelineError):
    """The demo did not go as it must."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended: both campaigns, and the messages that lie in the outbox for each."""

    statuses: tuple[Status, ...]
    messages: dict[str, int]
    outbox: Path
    zone: str


class Play:
    """The acts, in order; `say` is told every line."""

    def __init__(self, stage: Stage, say: Say) -> None:
        self._stage = stage
        self._say = say
        self._zone = "Asia/Tokyo"
        self._listeners: list[Callable[[str, str], None]] = []

    def perform(self, describe: Callable[[tuple[report.Entry, ...], Workspace], str]) -> Ending:
        """Play everything; raises DemoFailed when a promise is broken."""
        self._say("1. suzuki makes the winter sale ready on a branch: check, plan, test send\n")
        self._write(SALE, author="suzuki", describe=describe)
        self._say("\n2. sato, who did not write it, looks at it and merges:\n")
        self._approve(SALE)
        self._say("\n3. Delivery: the undo window, the frozen audience, waves with a soak between them\n")
        self._run_until_nothing_waits()
        self._say("\n4. A second campaign by tanaka begins to leave, and is reverted in the middle\n")
        self._write(NOTICE, author="tanaka", describe=None)
        self._approve(NOTICE)
        self._listeners.append(self._revert_after(300))
        done = self._run_until_nothing_waits()
        return self._ending(done)

    def _write(
        self,
        campaign: str,
        *,
        author: str,
        describe: Callable[[tuple[report.Entry, ...], Workspace], str] | None,
    ) -> None:
        """The author makes the draft an order on a branch, checks it, and sends himself a test."""
        stage = self._stage
        stage.git("switch", "-q", "-c", campaign, by=author)
        stage.edit(f"campaigns/{campaign}/campaign.yaml", "\nstate: draft", "\nstate: ready")
        stage.git("commit", "-q", "-a", "-m", f"Send {campaign}", by=author)
        with Repository.open(stage.root) as repository, self._world() as world:
            workspace = loading.load(repository.working_tree())
            checked = run_checklist(workspace, [campaign], Means(stage.clock.now(), world.contacts))
            if not checked.ok:
                raise DemoFailed(f"{campaign} is not green.", "See `postmerge check`.")
            self._say(f"   check: {len(checked.campaigns[0].items)} items hold")
            before = loading.load(repository.tree(repository.fork_point("main")))
            now = stage.clock.now()
            entries = report.make(before, workspace, contacts=world.contacts, ledger=world.ledger, now=now)
            if describe is not None:
                self._say("   plan:")
                self._say(_indented(describe(entries, workspace)))
            count = send_test(
                workspace,
                campaign,
                to=_TESTER,
                by=author,
                transport=world.transport,
                ledger=world.ledger,
                clock=stage.clock,
                key=world.key,
            )
            self._say(f"   test send: {count} messages to {_TESTER}, on record with the content digest")

    def _approve(self, campaign: str) -> None:
        """The reviewer, who is not the author, approves and merges."""
        with self._world() as world:
            policy = world.main.workspace(world.main.commit()).policy
        items = policy.checklist.confirm if policy else ()
        trailers = ("Approved-by: sato", *(f"Confirmed: {item}" for item in items))
        self._stage.merge(campaign, by="sato", trailers=trailers)
        for trailer in trailers:
            self._say(f"   {trailer}")

    def _run_until_nothing_waits(self) -> Delivered:
        """Deliver, and jump to the next due moment, until only people could lift what holds."""
        done = self._deliver()
        while done.next_due is not None:
            self._stage.clock.sleep(done.next_due - self._stage.clock.now())
            done = self._deliver()
        return done

    def _deliver(self) -> Delivered:
        with self._world() as world:
            self._zone = wiring.zone_of(world)
            done = deliver(world)
        if done.troubles:
            raise DemoFailed(done.troubles[0].sentence, done.troubles[0].remedy)
        for status in done.statuses:
            waits = [hold for hold in status.holds if hold.kind in LIFTED_BY_TIME and hold.until]
            for hold in waits:
                self._tell(status.campaign, f"waits ({hold.kind}): {hold.reason}")
        return done

    @contextmanager
    def _world(self) -> Iterator[World]:
        calling = wiring.Calling(clock=self._stage.clock, narrate=self._heard)
        with wiring.open_world(self._stage.root, calling) as world:
            yield world

    def _heard(self, campaign: str, sentence: str) -> None:
        if not sentence.startswith("batch "):
            self._tell(campaign, sentence)
        for listener in self._listeners:
            listener(campaign, sentence)

    def _tell(self, campaign: str, sentence: str) -> None:
        self._say(f"   {shown(self._stage.clock.now(), self._zone)[:16]}  {campaign[8:]}: {sentence}")

    def _revert_after(self, recipients: int) -> Callable[[str, str], None]:
        """An operator who reverts the merge as soon as so many have left."""
        left = Counter[str]()

        def listen(campaign: str, sentence: str) -> None:
            if campaign != NOTICE or not sentence.startswith("batch ") or left["reverted"]:
                return
            left["recipients"] += int(sentence.rpartition(": ")[2])
            if left["recipients"] >= recipients:
                left["reverted"] = 1
                self._stage.git("revert", "-m", "1", "--no-edit", "HEAD", by="sato")
                self._tell(campaign, "sato reverts the merge: git revert -m 1 HEAD")

        return listen

    def _ending(self, done: Delivered) -> Ending:
        told = tuple(status for status in done.statuses if status.campaign in {SALE, NOTICE})
        outbox = self._stage.root / ".postmerge/outbox"
        messages = {}
        for status in told:
            received = received_by(outbox / status.campaign)
            messages[status.campaign] = received.total()
            assert_promises(status, received)
        states = [str(status.progress) for status in told]
        if states != ["stopped", "complete"]:
            raise DemoFailed(f"The notice should be stopped and the sale complete, not {states}.")
        return Ending(told, messages, outbox, self._zone)


def received_by(folder: Path) -> Counter[str]:
    """Messages by address, read from the mails themselves; test sends (revision 0) are left out."""
    found: Counter[str] = Counter()
    for path in sorted(folder.glob("[1-9]*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found[str(message["To"])] += 1
    return found


def assert_promises(status: Status, received: Counter[str]) -> None:
    """Raise DemoFailed when somebody has two messages, or ledger and outbox disagree."""
    twice = sum(count > 1 for count in received.values())
    if twice:
        raise DemoFailed(f"{twice} people got {status.campaign} twice.")
    if received.total() != status.account.accepted or not status.account.balanced:
        raise DemoFailed(f"The numbers of {status.campaign} do not agree with the outbox.")


def _indented(text: str) -> str:
    return "\n".join(f"     {line}" if line else "" for line in text.rstrip().split("\n"))
