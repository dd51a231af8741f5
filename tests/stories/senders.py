"""Real `postmerge` processes on a real repository, and the books afterwards."""

import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.audience.frozen import FrozenAudience
from pipeline.clock import ManualClock
from pipeline.ledger.entry import Account, State
from tests.forks import Forked
from tests.stories.story import CAMPAIGN, POLICY, SEGMENT, Story

#: A process that has not come so far by then never will.
_PATIENCE_SECONDS = 60.0
_LOOK_EVERY_SECONDS = 0.0005
#: Nothing but the work itself keeps mail waiting.
AT_ONCE = POLICY.replace("quiet_hours: 21:00-08:00, undo_window: 10m", "undo_window: 0s").replace(
    "1000/s", "100000/s"
)
NO_SOAK = CAMPAIGN.replace("waves: [10%, 100%], soak: 30m", "waves: [20%, 100%], soak: 0s")


def ordered(root: Path, *, members: int = 120, rate: str = "100000/s", campaign: str = NO_SOAK) -> Story:
    """A repository whose campaign is merged, approved and due, by the machine's own clock."""
    story = unordered(root, members=members, rate=rate)
    story.order(yaml=campaign)
    return story


def unordered(root: Path, *, members: int = 120, rate: str = "100000/s") -> Story:
    """A repository in which whatever is merged is due at once."""
    root.mkdir(parents=True)
    story = Story(root, ManualClock(datetime.now(UTC)))
    story.git("init", "-q", "-b", "main")
    story.members(members)
    story.write({".gitignore": ".postmerge/\nmembers.csv\nunsubscribed.csv\n"})
    story.write({"policy.yaml": AT_ONCE.replace("100000/s", rate), "segments/everybody.yaml": SEGMENT})
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Set up")
    return story


def copied(story: Story, root: Path) -> Story:
    """The same repository once more, with its ledger."""
    shutil.copytree(story.root, root)
    return Story(root, ManualClock(datetime.now(UTC)))


@dataclass(frozen=True, slots=True)
class Ended:
    """What a process left behind. A traceback is never among it."""

    status: int
    out: str
    err: str


class Sender:
    """One `postmerge` in a process group of its own, as a terminal would start it; but forked."""

    def __init__(self, root: Path, *words: str, whole: bool = False) -> None:
        self.root = root
        self.process = Forked("-C", str(root), *words, whole=whole)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def signal_group(self, number: signal.Signals) -> None:
        """What a terminal does on Ctrl-C: everybody in the group gets it."""
        if self.running:
            os.killpg(self.process.pid, number)

    def ended(self) -> Ended:
        """Wait for the end."""
        status = self.process.wait(timeout=_PATIENCE_SECONDS)
        out, err = self.process.communicate()
        assert "Traceback" not in out + err, out + err
        return Ended(status, out, err)

    def descendants(self) -> frozenset[int]:
        """The processes below it."""
        return frozenset(_descendants(self.process.pid))

    def kill(self) -> frozenset[int]:
        """SIGKILL, at whatever it is doing; returns its descendants of that moment.

        Stopped first, so that nobody is born between the count and the end.
        """
        if not self.running:
            return frozenset()
        self.process.send_signal(signal.SIGSTOP)
        descendants = self.descendants()
        self.process.kill()
        self.ended()
        return descendants


@contextmanager
def senders(root: Path, *commands: tuple[str, ...], whole: bool = False) -> Iterator[list[Sender]]:
    """Processes that are certainly gone at the end; `whole` with everybody below them."""
    started = [Sender(root, *words, whole=whole) for words in commands]
    try:
        yield started
    finally:
        for sender in started:
            sender.process.kill()
            sender.process.communicate()


def run(root: Path, *words: str) -> Ended:
    """One command to its end."""
    with senders(root, words) as (sender,):
        return sender.ended()


def wait_until(holds: Callable[[], bool]) -> None:
    """Look again and again; a failure when it never comes."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(_LOOK_EVERY_SECONDS)


def written(root: Path, campaign: str = "sale") -> int:
    """How many messages lie in the outbox, test sends left out."""
    folder = root / ".postmerge/outbox" / campaign
    try:
        names = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return 0
    return sum(name.endswith(".eml") and not name.startswith("0-") for name in names)


def alive(pid: int) -> bool:
    """Whether a process of that id is there and is more than an entry in a table."""
    return _stat(pid)[:1] not in ([], ["Z"], ["X"])


def _stat(pid: int) -> list[str]:
    """State, parent, …, as /proc tells; empty when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _descendants(pid: int) -> Iterator[int]:
    everybody = {int(p.name): _stat(int(p.name)) for p in Path("/proc").iterdir() if p.name.isdigit()}
    below = [pid]
    for parent in below:
        children = [child for child, stat in everybody.items() if stat[1:2] == [str(parent)]]
        below += children
        yield from children


@dataclass(frozen=True, slots=True)
class Books:
    """Ledger and outbox side by side. `states` has everybody of the frozen audience."""

    account: Account
    states: dict[str, State]
    mailbox: dict[str, int]

    def in_state(self, *states: State) -> set[str]:
        """Addresses in any of the states."""
        return {address for address, state in self.states.items() if state in states}

    def assert_true(self) -> None:
        """Nobody twice, the equation holds, and ledger and outbox agree."""
        assert all(count == 1 for count in self.mailbox.values()), "somebody has two"
        assert self.account.balanced, self.account
        counts = {state: len(self.in_state(state)) for state in State}
        account = self.account
        assert counts[State.ACCEPTED] == account.accepted
        assert counts[State.UNKNOWN] == account.unknown
        assert counts[State.HELD] == account.held
        assert self.in_state(State.ACCEPTED) <= set(self.mailbox), "accepted, but not in the outbox"
        assert set(self.mailbox) <= self.in_state(State.ACCEPTED, State.UNKNOWN), "mail nobody knows of"


def books(story: Story, campaign: str = "sale") -> Books:
    """Read from the files themselves; ledger and outbox agree only while nobody sends."""
    with story.world() as world:
        revisions = world.ledger.revisions(campaign)
        account = world.ledger.account(campaign)
        if not revisions:
            return Books(account, {}, dict(story.mailbox(campaign)))
        (revision,) = revisions
        frozen = FrozenAudience.open(world.archive, campaign, revision.audience)
        people = frozen.recipients(0, frozen.count)
    letters = dict.fromkeys(range(len(people)), State.HELD)
    for positions, outcomes in _batches(story.root):
        for position, letter in zip(positions, outcomes or "u" * len(positions), strict=True):
            letters[position] = State(letter)
    states = {person.address: letters[n] for n, person in enumerate(people)}
    return Books(account, states, dict(story.mailbox(campaign)))


def _batches(root: Path) -> list[tuple[list[int], str | None]]:
    """Positions and letters of every claim, oldest first; letters are None where none are written."""
    db = sqlite3.connect(root / ".postmerge/ledger.db")
    try:
        rows = db.execute(
            "SELECT positions, states FROM reservation "
            "LEFT JOIN settlement USING (campaign, revision, wave, batch, attempt) ORDER BY attempt"
        ).fetchall()
    finally:
        db.close()
    return [([int(p) for p in text.strip("[]").split(",")], states) for text, states in rows]
