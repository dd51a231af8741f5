"""Given a repository, when merged, then …: a real git repository, outbox and ledger, and a manual clock."""

import email.policy
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path

from pipeline import wiring
from pipeline.cli.status_text import as_data
from pipeline.clock import ManualClock
from pipeline.delivery.dispatch import Delivered, deliver
from pipeline.delivery.looking import look
from pipeline.delivery.status import Status, status_of
from pipeline.delivery.test_send import send_test
from pipeline.delivery.world import World
from pipeline.incident import brakes
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from tests.stories.meddling import Meddle, meddled

#: 2026-11-30 10:00 in Tokyo: outside the quiet hours.
START = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)

POLICY = """\
organisation:
  name: 株式会社はなもり
  postal_address: 東京都千代田区1-1
  contact: https://www.hanamori.example/contact
  unsubscribe_base: https://u.hanamori.example/o
language: en
teams: {mail-desk: [suzuki, tanaka], operators: [sato]}
senders: {news: {name: はなもり通販, address: news@mail.hanamori.example}}
schedule: {time_zone: Asia/Tokyo, quiet_hours: 21:00-08:00, undo_window: 10m, latest_start: 6h, rate: 1000/s}
test_send: {allow: [staff.hanamori.example]}
sources: {members: {kind: csv, path: members.csv, id: id, email: email, consent: consent}}
suppression: {unsubscribed: unsubscribed.csv}
targets:
  local:
    transport: {outbox: .postmerge/outbox}
    ledger: {sqlite: .postmerge/ledger.db}
    archive: {folder: .postmerge/archive}
    reviews: trailers
"""

SEGMENT = """\
title: Everybody
source: members
columns: [name]
"""

CAMPAIGN = """\
state: ready
kind: marketing
title: Sale
owner: mail-desk
language: en
from: news
subject: "{{ recipient.name }}, the sale begins"
body: {text: body.txt}
audience: {segment: everybody, expect: {min: 1, max: 100000}}
schedule: {send_at: on_merge}
rollout: {waves: [10%, 100%], soak: 30m}
"""

#: Two batches of ten, then the five others: enough for something to happen in the middle of a wave.
TWO_BATCHES = CAMPAIGN.replace("[10%, 100%]", "[80%, 100%]")
AT_ONCE = CAMPAIGN.replace("[10%, 100%]", "[100%]")

#: What the law wants of an advertisement.
FOOTER = (
    "Unsubscribe: {{ unsubscribe_url }}\n{{ organisation.name }}, {{ organisation.postal_address }}\n"
    "Contact: {{ organisation.contact }}\n"
)
BODY = f"Dear {{{{ recipient.name }}}},\nsale at https://www.hanamori.example/.\n{FOOTER}"


@dataclass
class Story:
    """One repository at `root`, a clock, and the words to tell a story with."""

    root: Path
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    told: list[str] = field(default_factory=list)
    #: What is known of the checklist, from pass to pass: it is a function of the commit.
    green: set[tuple[str, str, str]] = field(default_factory=set)

    def git(self, *words: str, by: str = "suzuki") -> str:
        """Run git as a person."""
        person = {"NAME": by, "EMAIL": f"{by}@hanamori.example"}
        environment = {f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in person.items()}
        command = ["git", "-c", "commit.gpgsign=false", "-c", "maintenance.auto=false", *words]
        done = subprocess.run(
            command, cwd=self.root, env=os.environ | environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"git {' '.join(words)}: {done.stderr}"
        return done.stdout.strip()

    def write(self, files: dict[str, str]) -> None:
        """Write files of the working tree."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def members(self, count: int, *, unsubscribed: int = 0) -> None:
        """People: m1 … with consent; the first `unsubscribed` of them said no."""
        rows = [f"m{n},m{n}@people.example,Person {n},2026-01-01" for n in range(1, count + 1)]
        self.write({"members.csv": "\n".join(["id,email,name,consent", *rows]) + "\n"})
        left = [f"m{n}@people.example" for n in range(1, unsubscribed + 1)]
        self.write({"unsubscribed.csv": "\n".join(["email", *left]) + "\n"})

    def change(self, files: dict[str, str | None], *, branch: str = "change", by: str = "suzuki") -> None:
        """Commit on a new branch; None removes a file."""
        self.git("switch", "-q", "-c", branch)
        for name, text in files.items():
            if text is None:
                self.git("rm", "-q", "-r", name)
            else:
                self.write({name: text})
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Change", by=by)

    def merge(
        self, *, branch: str = "change", approved_by: str | None = "sato", by: str = "sato", more: str = ""
    ) -> None:
        """Merge into main with trailers, as the local target asks for."""
        trailers = f"\n\nApproved-by: {approved_by}\n{more}" if approved_by else ""
        self.git("switch", "-q", "main")
        self.git("merge", "-q", "--no-ff", "-m", f"Merge {branch}{trailers}", branch, by=by)
        self.git("branch", "-q", "-D", branch)

    def campaign(self, name: str = "sale", yaml: str = CAMPAIGN, body: str = BODY) -> dict[str, str | None]:
        """The files of a campaign; each has words of its own, for a copy of another one is not sent."""
        words = body.replace("sale at", f"{name} at")
        return {f"campaigns/{name}/campaign.yaml": yaml, f"campaigns/{name}/body.txt": words}

    def order(self, name: str = "sale", yaml: str = CAMPAIGN, body: str = BODY) -> None:
        """Everything right: written, test-sent, approved by somebody else, merged."""
        self.change(self.campaign(name, yaml, body))
        self.test_send(name)
        self.merge()

    @contextmanager
    def world(self, **more: object) -> Iterator[World]:
        """The adapters, as a command would have them."""
        calling = wiring.Calling(clock=self.clock, narrate=lambda c, s: self.told.append(f"{c}: {s}"))
        with wiring.open_world(self.root, replace(calling, **more)) as world:  # type: ignore[arg-type]
            yield replace(world, green=self.green)

    def deliver(self, meddle: Meddle | None = None, **more: object) -> Delivered:
        """One pass of `postmerge deliver`, audited; `meddle` lets something happen in the middle."""
        with self.world(**more) as world:
            done = deliver(world if meddle is None else meddled(world, meddle))
        if "rehearsal" not in more:
            for status in done.statuses:
                self.audit(status)
        return done

    def audit(self, status: Status) -> None:
        """The equation, and the outbox against it: what the ledger says is what has left, and nobody has two.

        Only an unknown message may be in the outbox or not.
        """
        account, mailbox = status.account, self.mailbox(status.campaign)
        known = account.accepted + account.refused + account.excluded + account.held + account.unknown
        assert account.planned == known, f"{status.campaign}: {account}"
        assert account.accepted <= mailbox.total() <= account.accepted + account.unknown, status.campaign
        assert set(mailbox.values()) <= {1}, f"{status.campaign}: somebody has two"

    def deliver_all(self, limit: int = 50) -> Delivered:
        """Deliver, and let the time pass, until nothing waits for time."""
        done = self.deliver()
        for _ in range(limit):
            if done.next_due is None:
                return done
            self.clock.set(max(done.next_due, self.clock.now()))
            done = self.deliver()
        raise AssertionError("the delivery never ends")

    def begin(self, **more: str) -> None:
        """Order, and let the undo window pass; nothing has left."""
        self.order(**more)
        self.deliver()
        self.wait(minutes=10)

    def commit(self, files: dict[str, str | None], *, by: str = "suzuki", message: str = "Change") -> None:
        """Commit to main directly, as nobody should."""
        for name, text in files.items():
            if text is None:
                self.git("rm", "-q", "-r", name)
            else:
                self.write({name: text})
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message, by=by)

    def revert(self, *, by: str = "sato") -> None:
        """Revert the newest merge on main."""
        self.git("revert", "--no-edit", "-m", "1", "HEAD", by=by)

    def account(self, name: str = "sale") -> tuple[int, int, int, int, int, int]:
        """Planned, and its five parts: accepted, refused, excluded, held, unknown."""
        a = self.status(name).account
        return a.planned, a.accepted, a.refused, a.excluded, a.held, a.unknown

    def wait(self, **duration: float) -> None:
        """Let time pass."""
        self.clock.sleep(timedelta(**duration))

    def test_send(self, name: str = "sale") -> None:
        """A test send of what the working tree says."""
        with self.world() as world, Repository.open(self.root) as repository:
            send_test(
                loading.load(repository.working_tree()),
                name,
                to="tester@staff.hanamori.example",
                by="suzuki",
                transport=world.transport,
                ledger=world.ledger,
                clock=self.clock,
                key=world.key,
            )

    def status(self, name: str = "sale") -> Status:
        """How a campaign stands."""
        with self.world() as world:
            return status_of(look(world, name, remember=False))

    def state(self, name: str = "sale") -> str:
        """Its state as the JSON says."""
        return str(as_data([self.status(name)])["campaigns"][0]["state"])

    def holds(self, name: str = "sale") -> set[str]:
        """The kinds of holds that stand."""
        return {str(hold.kind) for hold in self.status(name).holds}

    def halt(self, scope: str = "sale") -> None:
        """Pull the brake."""
        with self.world() as world:
            brakes.halt(world.ledger, self.clock, scope, reason="wrong price", by="sato")

    def release(self, scope: str = "sale") -> None:
        """Let go of it."""
        with self.world() as world:
            brakes.release(world.ledger, self.clock, scope, reason="price is right", by="sato")

    def mailbox(self, name: str = "sale") -> Counter[str]:
        """How many messages each address has in the outbox, test sends left out."""
        folder = self.root / ".postmerge/outbox" / name
        files = [path for path in folder.glob("*.eml") if not path.name.startswith("0-")]
        return Counter(str(read_headers(path)["To"]) for path in files)

    def assert_nobody_has_two(self, name: str = "sale") -> None:
        """Law 1, read from the mails themselves."""
        assert all(count == 1 for count in self.mailbox(name).values())


def read_headers(path: Path) -> EmailMessage:
    """The headers of a mail in the outbox."""
    return BytesHeaderParser(policy=email.policy.default).parsebytes(path.read_bytes())


def make_story(root: Path, members: int = 25) -> Story:
    """A repository with a policy, a segment and people, and nothing ordered."""
    root.mkdir(parents=True, exist_ok=True)
    story = Story(root)
    story.git("init", "-q", "-b", "main")
    story.members(members)
    story.write({".gitignore": ".postmerge/\nmembers.csv\nunsubscribed.csv\n"})
    story.write({"policy.yaml": POLICY, "segments/everybody.yaml": SEGMENT})
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Set up")
    return story


MakeStory = Callable[..., Story]
