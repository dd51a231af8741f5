"""One repository for many runs: every commit that `main` may be at is there before the first one begins.

A run sets `main`, the contacts, the clock and the ledger back. The ledger is the product's own file with a
diary in it: triggers of SQLite that write down, in the very transaction, what was written, so that the
order of holds and reservations is known beyond all clocks.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from pipeline.clock import ManualClock
from pipeline.ledger.entry import TestSend
from pipeline.ledger.sqlite import SqliteLedger
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from tests.chaos.shared_clock import SharedClock
from tests.stories.story import BODY, CAMPAIGN, POLICY, SEGMENT, START, Story

SALE: Final = "sale"
_PEOPLE: Final = 36
_OUTBOX: Final = "transport: {outbox: .postmerge/outbox}"
_SES: Final = "transport: {ses: {region: ap-northeast-1}}"
_TWO_WAVES: Final = CAMPAIGN.replace("[10%, 100%]", "[20%, 100%]")
_DYNAMODB: Final = """\
  cloud:
    transport: {ses: {region: ap-northeast-1}}
    ledger: {dynamodb: postmerge-ledger}
    archive: {folder: .postmerge/archive}
    reviews: trailers
"""
#: Who has said no, by the state of the contacts.
GONE: Final[Mapping[str, tuple[int, ...]]] = {
    "base": (),
    "unsubscribed": (1, 2, 3, 4, 5, 6, 7),
    "grown": (),
    "without consent": (8, 9, 10),
}
_TABLES: Final = {
    "reservation": ("campaign", "revision", "wave", "batch", "attempt", "positions", "token"),
    "settlement": ("campaign", "revision", "wave", "batch", "attempt", "states"),
    "revision": ("campaign", "number", "digest", "audience", "recipients", "barred"),
    "revision_end": ("campaign", "number"),
    "hold": ("id", "scope", "kind"),
    "lift": ("hold", "by"),
}


def address(number: int) -> str:
    """Whom the contacts call m1, m2, …"""
    return f"m{number}@people.example"


@dataclass(frozen=True, slots=True)
class Stage:
    """`commits` by name; `leaves` is the content digest that may leave while main is there, or nothing."""

    root: Path
    commits: Mapping[str, str]
    leaves: Mapping[str, str]

    @property
    def state(self) -> Path:
        """Ledger, archive and outbox of the run."""
        return self.root / ".postmerge"

    def write(self) -> None:
        """For the processes of the run."""
        self._file(self.root).write_text(json.dumps({**asdict(self), "root": str(self.root)}), "utf-8")

    @classmethod
    def read(cls, root: Path) -> Self:
        """What `write` wrote."""
        return cls(**{**json.loads(cls._file(root).read_text("utf-8")), "root": root})

    @staticmethod
    def _file(root: Path) -> Path:
        return root.parent / "stage.json"

    def clock(self, *, reset: bool = False) -> SharedClock:
        """The clock of the run."""
        return SharedClock(self.root.parent / "clock", START if reset else None)

    def reset(self) -> None:
        """As before the first run."""
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir()
        shutil.copyfile(self.root.parent / "ledger.db", self.state / "ledger.db")
        self.contacts("base")
        self.main("ready")
        self.clock(reset=True).close()

    def main(self, name: str) -> None:
        """Put `main` there, at once."""
        ref = self.root / ".git/refs/heads/main"
        new = ref.with_name("main.new")
        new.write_text(self.commits[name] + "\n", "ascii")
        new.replace(ref)

    def contacts(self, name: str) -> None:
        """Put another list in place. The same list is the same file, so what is known of it stays known."""
        for kind in ("members", "unsubscribed"):
            new = self.root / f"{kind}.new"
            os.link(self.root.parent / f"{kind}-{name}.csv", new)
            new.replace(self.root / f"{kind}.csv")
            new.unlink(missing_ok=True)  # replacing a file by another name of itself does nothing


def make_stage(folder: Path) -> Stage:
    """The repository, its contacts and an empty ledger with a diary."""
    root = folder / "repository"
    root.mkdir(parents=True)
    story = Story(root)
    story.git("init", "-q", "-b", "main")
    story.write({".gitignore": ".postmerge/\n*.csv\n"})
    policy = POLICY.replace(_OUTBOX, _SES).replace("rate: 1000/s", "rate: 100000/s") + _DYNAMODB
    story.write({"policy.yaml": policy, "segments/everybody.yaml": SEGMENT})
    story.commit({})
    _write_contacts(folder)
    commits = _commits(story)
    digests = _digests(root, commits)
    unapproved = {"unapproved", "stopped"}
    leaves = {name: "" if name in unapproved else digests[name] for name in commits}
    stage = Stage(root, commits, leaves)
    stage.write()
    _write_ledger(folder / "ledger.db", {digest for digest in digests.values() if digest})
    return stage


def _commits(story: Story) -> dict[str, str]:
    files = story.campaign(yaml=_TWO_WAVES)
    text, yaml = f"campaigns/{SALE}/body.txt", f"campaigns/{SALE}/campaign.yaml"
    stopped = _TWO_WAVES.replace("state: ready", "state: stopped")
    commits: dict[str, str] = {}

    def keep(name: str) -> None:
        commits[name] = story.git("rev-parse", "HEAD")
        story.git("update-ref", f"refs/chaos/{name}", "HEAD")

    story.change(files)
    story.merge()
    keep("ready")
    story.revert(by="tanaka")  # sato is to agree to what comes after it
    keep("reverted")
    story.change(files)
    story.merge()
    keep("again")
    for name, changed in (
        ("unrelated", {"README.md": "unrelated\n"}),
        ("stopped", {yaml: stopped}),
        ("broken", {yaml: "state: [ready\n"}),
    ):
        story.git("reset", "-q", "--hard", commits["ready"])
        story.commit({**changed})
        keep(name)
    for name, words, by in (
        ("amended", "Second edition.\n", "sato"),
        ("unapproved", "Not agreed to.\n", None),
    ):
        story.git("reset", "-q", "--hard", commits["ready"])
        story.change({text: BODY + words})
        story.merge(approved_by=by)
        keep(name)
    return commits


def _digests(root: Path, commits: Mapping[str, str]) -> dict[str, str]:
    with Repository.open(root) as repository:
        read = {name: loading.load(repository.tree(commit)) for name, commit in commits.items()}
    return {name: each.digest(SALE) if SALE in each.campaigns else "" for name, each in read.items()}


def _write_contacts(folder: Path) -> None:
    for name, gone in GONE.items():
        numbers = range(1, _PEOPLE + 1 + (6 if name == "grown" else 0))
        rows = [
            f"m{n},{address(n)},Person {n},{'' if name == 'without consent' and n in gone else '2026-01-01'}"
            for n in numbers
        ]
        if name == "grown":
            # the same people under other ids, as a list has them that was put together anew
            rows += [f"x{n},{address(n)},Person {n},2026-01-01" for n in range(1, 9)]
            rows = rows[8:]
        left = [address(n) for n in gone] if name == "unsubscribed" else []
        members = folder / f"members-{name}.csv"
        members.write_text("\n".join(["id,email,name,consent", *rows]) + "\n", "utf-8")
        (folder / f"unsubscribed-{name}.csv").write_text("\n".join(["email", *left]) + "\n", "utf-8")


def _write_ledger(path: Path, tested: set[str]) -> None:
    ledger = SqliteLedger(path)
    for digest in sorted(tested):
        ledger.record_test_send(TestSend(SALE, digest, "suzuki", ManualClock(START).now()))
    ledger.close()
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE diary (number INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT, said TEXT) STRICT")
    for table, columns in _TABLES.items():
        said = ", ".join(f"'{column}', NEW.{column}" for column in columns)
        db.execute(
            f"CREATE TRIGGER diary_of_{table} AFTER INSERT ON {table} BEGIN "  # noqa: S608 our own names
            f"INSERT INTO diary (what, said) VALUES ('{table}', json_object({said})); END"
        )
    db.close()


def remark(path: Path, **said: Any) -> None:
    """A line of the script itself in the diary, in its place among the others."""
    db = sqlite3.connect(path, timeout=30, isolation_level=None)
    try:
        db.execute("INSERT INTO diary (what, said) VALUES ('remark', ?)", (json.dumps(said),))
    finally:
        db.close()
