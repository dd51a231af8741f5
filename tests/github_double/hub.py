"""One repository at GitHub, and what people do there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tests.github_double.forge import ZERO, Forge

NAME: Final = "hanamori/campaigns"
NOREPLY: Final = "users.noreply.github.com"
WEB_FLOW: Final = "GitHub <noreply@github.example>"
_START: Final = datetime(2026, 8, 1, tzinfo=UTC)

Files = Mapping[str, str | None]


@dataclass(slots=True)
class Account:
    """Somebody. Mail addresses `login@…` are theirs."""

    login: str
    id: int
    kind: str = "User"


@dataclass(slots=True)
class Review:
    """A review; `by` is None when the account has been deleted."""

    id: int
    by: str | None
    state: str
    commit: str | None
    body: str
    at: str


@dataclass(slots=True)
class Pull:
    """A pull request. `repo` is where its head is; None when that repository is gone."""

    number: int
    by: str | None
    base: str
    branch: str
    head: str
    body: str
    title: str
    repo: str | None = NAME
    commits: list[str] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    merged_at: str | None = None
    merged_by: str | None = None
    merge_commit: str | None = None
    brought: list[str] = field(default_factory=list)
    edited_at: str | None = None


@dataclass(slots=True)
class Push:
    """Something that moved a branch; `by` is None when the account has been deleted."""

    id: int
    kind: str
    by: str | None
    ref: str
    before: str
    after: str
    at: str


class Hub:
    """State, and the words of a story: push, open, review, dismiss, merge."""

    def __init__(self, root: Path, files: Files) -> None:
        """A repository whose main holds `files`, written by sato."""
        self.forge = Forge(root / "server.git")
        self.accounts: dict[str, Account] = {}
        self.rights: dict[str, str] = {}
        self.pulls: dict[int, Pull] = {}
        self.pushes: list[Push] = []
        #: `tests.github_double.comments.Comment`, oldest first.
        self.comments: list[Any] = []
        #: `tests.github_double.deployments.Deployment`, oldest first.
        self.deployments: list[Any] = []
        #: Answers of settings by their route below the repository; for `doctor`.
        self.settings: dict[str, Any] = {}
        self._last_id = 100
        for login in ("suzuki", "tanaka", "sato", "mori"):
            self.join(login)
        self.join("web-flow", right="none")
        self.push("main", files, by="sato")

    def join(self, login: str, *, right: str = "write", kind: str = "User") -> None:
        """An account, and what it may do here."""
        self.accounts[login] = Account(login, self.next_id(), kind)
        self.rights[login] = right

    def now(self) -> str:
        """A minute later than whatever happened before."""
        self.forge.minutes += 1
        moment = _START + timedelta(minutes=self.forge.minutes)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def head(self, branch: str = "main") -> str:
        """What a branch points to."""
        tip = self.forge.tip(branch)
        assert tip is not None, branch
        return tip

    def push(
        self,
        branch: str,
        files: Files,
        *,
        by: str,
        author: str | None = None,
        committer: str | None = None,
        message: str = "Write",
        force: bool = False,
    ) -> str:
        """A commit on a branch, pushed; a new branch begins at main. `author` may be `Name <address>`."""
        before = self.forge.tip(branch)
        start = self.forge.tip("main") if before is None or force else before
        written_by = person(author or by)
        sha = self.forge.write(
            branch,
            files,
            author=written_by,
            committer=person(committer) if committer else written_by,
            message=message,
            parents=(start,) if start else (),
        )
        kind = "force_push" if force else "push" if before else "branch_creation"
        self.record(kind, by, branch, before or ZERO, sha)
        self._follow(branch)
        return sha

    def record(self, kind: str, by: str | None, branch: str, before: str, after: str) -> None:
        """Remember who moved a branch."""
        self.pushes.append(Push(self.next_id(), kind, by, f"refs/heads/{branch}", before, after, self.now()))

    def open(
        self, branch: str, *, by: str, body: str = "", base: str = "main", title: str = "Winter sale"
    ) -> Pull:
        """A pull request."""
        number = len(self.pulls) + 1
        pull = Pull(number, by, base, branch, self.head(branch), body, title)
        self.pulls[number] = pull
        self._follow(branch)
        return pull

    def describe(self, pull: Pull, body: str) -> None:
        """Somebody edits the description, or ticks a box in it."""
        pull.body, pull.edited_at = body, self.now()

    def _follow(self, branch: str) -> None:
        for pull in self.pulls.values():
            if pull.branch == branch and pull.merged_at is None:
                pull.head = self.head(branch)
                pull.commits = self.forge.between(self.head(pull.base), pull.head)

    def review(
        self,
        pull: Pull,
        *,
        by: str | None,
        state: str = "APPROVED",
        body: str = "",
        commit: str | None = None,
    ) -> Review:
        """A review of what the pull request has now, or of `commit`."""
        review = Review(self.next_id(), by, state, commit or pull.head, body, self.now())
        pull.reviews.append(review)
        return review

    def update(self, pull: Pull, *, by: str) -> str:
        """The button "Update branch": main, merged into the branch."""
        base = self.head(pull.base)
        tree = self.forge.merged_tree(pull.head, base)
        before = pull.head
        words = {"author": person(by), "committer": WEB_FLOW, "message": "Merge branch 'main'"}
        sha = self.forge.write(pull.branch, {}, tree=tree, parents=(before, base), **words)
        self.record("push", by, pull.branch, before, sha)
        self._follow(pull.branch)
        return sha

    def queue(self, pulls: Sequence[Pull]) -> None:
        """A merge queue: each is squashed on top of the one before, and main is pushed once for all."""
        before, pushes = self.head(), len(self.pushes)
        for pull in pulls:
            self.merge(pull, by="web-flow", method="squash")
        del self.pushes[pushes:]
        self.record("merge_queue_merge", "web-flow", "main", before, self.head())

    def merge(self, pull: Pull, *, by: str, method: str = "merge", evil: Files | None = None) -> str:
        """Merge as GitHub does; `evil` changes files in the merge itself."""
        base = self.head(pull.base)
        before = base
        if method == "rebase":
            for sha in pull.commits:
                written = self.forge.commits[sha]
                words = {"author": written.author, "committer": person(by), "message": written.message}
                base = self.forge.write(pull.base, written.files, parents=(base,), **words)
                pull.brought.append(base)
        else:
            parents = (base, pull.head) if method == "merge" else (base,)
            author = person(by if method == "merge" else pull.by or by)
            base = self.forge.write(
                pull.base,
                evil or {},
                tree=self.forge.merged_tree(base, pull.head),
                parents=parents,
                author=author,
                committer=WEB_FLOW,
                message=f"{pull.title} (#{pull.number})",
            )
            pull.brought = [base, *(pull.commits if method == "merge" else ())]
        pull.merge_commit = base
        pull.merged_by, pull.merged_at = by, self.now()
        self.record("pr_merge", by, pull.base, before, base)
        return base

    def delete_branch(self, branch: str, *, by: str) -> None:
        """As the button after a merge does."""
        tip = self.head(branch)
        self.forge.run("update-ref", "-d", f"refs/heads/{branch}")
        self.record("branch_deletion", by, branch, tip, ZERO)

    def pulls_of(self, commit: str) -> list[Pull]:
        """The pull requests of a commit: those that brought it to their base, else the open ones with it."""
        brought = [pull for pull in self.pulls.values() if commit in pull.brought]
        return brought or [p for p in self.pulls.values() if p.merged_at is None and commit in p.commits]

    def account_of(self, written: str) -> Account | None:
        """Whose address a commit states."""
        address = written.partition("<")[2].rstrip(">")
        if written == WEB_FLOW:
            return self.accounts["web-flow"]
        login, _, host = address.partition("@")
        if host == NOREPLY:
            login = login.rpartition("+")[2]
        elif host != "hanamori.example":
            return None
        return self.accounts.get(login)

    def next_id(self) -> int:
        """Ids grow."""
        self._last_id += 1
        return self._last_id


def person(written: str) -> str:
    """`suzuki` as `suzuki <suzuki@hanamori.example>`; whoever is written out stays."""
    return written if "<" in written else f"{written} <{written}@hanamori.example>"
