"""A desk that writes and merges, a bare remote between, and a sender with a clone of its own."""

from dataclasses import dataclass, replace
from pathlib import Path

from tests.remote import Remote, make_remote
from tests.stories.story import POLICY, TWO_BATCHES, Story, make_story

#: Ten messages take two seconds: as long as an answer of the remote counts.
_SLOW = POLICY.replace("rate: 1000/s", "rate: 5/s")
_REMOTE = _SLOW.replace("reviews: trailers", "reviews: trailers\n    remote: origin")


@dataclass(frozen=True, slots=True)
class Apart:
    """`desk` and `sender` share nothing but the remote."""

    desk: Story
    sender: Story
    remote: Remote

    def push(self, *words: str) -> None:
        """What the desk has, on the remote."""
        self.desk.git("push", "-q", "origin", *(words or ("main",)))

    def begin(self, yaml: str = TWO_BATCHES) -> None:
        """Ordered, pushed, seen by the sender, and the undo window is over; nothing has left."""
        self.desk.change(self.desk.campaign(yaml=yaml))
        # A test send counts in the ledger of the one who delivers.
        self.push("change")
        self.sender.git("fetch", "-q", "origin", "change")
        self.sender.git("switch", "-q", "--detach", "FETCH_HEAD")
        self.sender.test_send()
        self.sender.git("switch", "-q", "main")
        self.desk.merge()
        self.push()
        self.sender.deliver()
        self.sender.wait(minutes=10)

    def revert(self, title: str = "Revert it") -> None:
        """Revert the merge, and push; the sender's clone is not touched."""
        self.desk.revert()
        self.desk.git("commit", "-q", "--amend", "-m", title)
        self.push()

    @property
    def left(self) -> int:
        """How many messages have left."""
        return self.sender.mailbox().total()


def make_apart(root: Path) -> Apart:
    """Twenty-five people, nothing ordered."""
    desk = make_story(root / "desk")
    desk.commit({"policy.yaml": _REMOTE})
    remote = make_remote(root)
    desk.git("clone", "-q", "--bare", str(desk.root), str(remote.path))
    desk.git("remote", "add", "origin", str(remote.path))
    sender = replace(desk, root=root / "sender", told=[], green=set())
    desk.git("clone", "-q", str(remote.path), str(sender.root))
    for name in ("members.csv", "unsubscribed.csv"):
        (sender.root / name).write_bytes((desk.root / name).read_bytes())
    sender.git("config", "remote.origin.uploadpack", str(remote.upload_pack))
    return Apart(desk, sender, remote)
