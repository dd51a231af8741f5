"""From what GitHub says about a merged pull request to who has agreed to its content (pure)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from pipeline.approvals.boxes import boxes
from pipeline.approvals.github_answers import Account, Commit, GitPerson, Permission, Pull, Push, Review
from pipeline.approvals.reviews import Consent

#: GitHub lists no more of a pull request (docs.github.com/rest/pulls/pulls#list-commits-on-a-pull-request).
COMMITS_MAX: Final = 250
_OPINIONS: Final = frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})
_MAY_WRITE: Final = frozenset({"admin", "write"})
_CO_AUTHOR: Final = re.compile(
    r"^\s*co-authored-by:(?P<name>[^<\n]*)<(?P<email>[^>\n]*)>", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read about one campaign in one merged pull request.

    `commits` are those of the pull request, `earlier` those that wrote in the campaign's folder before.
    `rights` are by login, `digests` by reviewed commit: the campaign's content digest there, None where it
    is not there.
    """

    pull: Pull
    commits: tuple[Commit, ...]
    earlier: tuple[Commit, ...]
    pushes: tuple[Push, ...]
    reviews: tuple[Review, ...]
    rights: Mapping[str, Permission | None]
    digests: Mapping[str, str | None]
    digest: str


def refusal(pull: Pull, repository: str, branch: str) -> str | None:
    """Why no review of this pull request counts, whoever wrote it; None when they may."""
    number = f"pull request #{pull.number}"
    base, head = pull.base.repo, pull.head.repo
    if not pull.merged or pull.merged_at is None:
        return f"{number} has not been merged"
    if base is None or base.full_name.casefold() != repository.casefold() or pull.base.ref != branch:
        return f"{number} was merged to another branch"
    if head is None or head.full_name.casefold() != repository.casefold():
        return f"{number} came from a copy of the repository (a fork), where nobody can see who pushed"
    if pull.user is None:
        return f"the account that opened {number} has been deleted"
    if pull.commits > COMMITS_MAX:
        return f"{number} has {pull.commits} commits; GitHub says who wrote them of {COMMITS_MAX} at most"
    return None


def standing(reviews: Sequence[Review]) -> tuple[Review, ...]:
    """The last opinion of each reviewer, in the order in which they were given; comments are none."""
    opinions = [review for review in reviews if review.state in _OPINIONS]
    last: dict[int, Review] = {}
    for review in sorted(opinions, key=lambda r: (r.submitted_at is None, r.submitted_at, r.id)):
        key = review.user.id if review.user is not None else -review.id
        last.pop(key, None)
        last[key] = review
    return tuple(last.values())


def judge(facts: Facts) -> Consent:
    """Who agreed to the content. Whatever is not known for certain counts against."""
    void = next(_voids(facts), None)
    if void is not None:
        return Consent(objections=(void,))
    authors = _Authors(facts)
    approvals: list[Review] = []
    objections: list[str] = []
    blocked = False
    for review in standing(facts.reviews):
        objection = _objection(facts, authors, review)
        blocked |= review.state == "CHANGES_REQUESTED" and (
            review.user is None or _may_write(facts, review.user)
        )
        if objection is None:
            approvals.append(review)
        else:
            objections.append(objection)
    if blocked or not approvals:
        return Consent(
            objections=tuple(objections) or (f"nobody has reviewed pull request #{facts.pull.number}",)
        )
    approvers = tuple(review.user.login for review in approvals if review.user is not None)
    return Consent(approvers, _confirmed(facts.pull, approvals), tuple(objections))


def _voids(facts: Facts) -> Iterator[str]:
    """What leaves open who wrote it, so that nobody can be said to be somebody else."""
    number = f"pull request #{facts.pull.number}"
    if len(facts.commits) != facts.pull.commits or not facts.commits:
        yield f"GitHub lists {len(facts.commits)} of the {facts.pull.commits} commits of {number}"
    for commit in chain(facts.commits, facts.earlier):
        if commit.author is None or commit.committer is None:
            yield f"commit {commit.sha[:12]} belongs to no GitHub account, so nobody knows who wrote it"
    if facts.pull.head.sha not in {push.after for push in facts.pushes}:
        yield (
            f"GitHub does not say who pushed {number} last; restore its branch, with the button on the "
            "page of the pull request"
        )
    if any(push.actor is None for push in facts.pushes):
        yield f"an account that pushed to {number} has been deleted"
    if not any(account.is_person for account in _accounts(facts)):
        yield f"{number} was made by programs only, so nobody knows who is behind it"
    if any(review.submitted_at is None for review in facts.reviews if review.state in _OPINIONS):
        yield f"GitHub does not say when {number} was reviewed"


def _accounts(facts: Facts) -> Iterator[Account]:
    """Whoever opened, wrote, committed or pushed a part of it."""
    writers = (
        somebody
        for commit in chain(facts.commits, facts.earlier)
        for somebody in (commit.author, commit.committer)
    )
    pushers = (push.actor for push in facts.pushes)
    yield from (account for account in chain([facts.pull.user], writers, pushers) if account is not None)


class _Authors:
    """Everybody who had a hand in it, under every name that can be seen.

    Overlapping names are taken for the same person, to be safe: two taken for one costs a question.
    """

    def __init__(self, facts: Facts) -> None:
        self._ids = {account.id for account in _accounts(facts)}
        self._pushers = {push.actor.id for push in facts.pushes if push.actor is not None}
        self._names = {account.login.casefold() for account in _accounts(facts)}
        for commit in chain(facts.commits, facts.earlier):
            self._names.update(_names(commit))

    def have(self, account: Account) -> str | None:
        """What the account had to do with it; None for somebody else."""
        if account.id in self._ids or account.login.casefold() in self._names:
            return "pushed" if account.id in self._pushers else "wrote"
        return None


def _names(commit: Commit) -> Iterator[str]:
    people = [person for person in (commit.commit.author, commit.commit.committer) if person is not None]
    found = _CO_AUTHOR.finditer(commit.commit.message)
    people += (GitPerson(name=one["name"], email=one["email"]) for one in found)
    for person in people:
        local = person.email.casefold().strip().partition("@")[0]
        # Addresses that GitHub gives out: 12345+login (docs.github.com, "Email addresses reference").
        yield from (person.name.casefold().strip(), local, local.rpartition("+")[2])


def _objection(facts: Facts, authors: _Authors, review: Review) -> str | None:
    """Why a reviewer's last word is no approval, as a sentence; None when it is one."""
    who = review.user
    if who is None:
        return "a review is by an account that has been deleted"
    if review.state == "CHANGES_REQUESTED":
        return f"{who.login} asks for changes in pull request #{facts.pull.number}"
    if review.state == "DISMISSED":
        return f"the review of {who.login} was dismissed"
    return _no_reviewer(facts, authors, who) or _stale(facts, review, who.login)


def _no_reviewer(facts: Facts, authors: _Authors, who: Account) -> str | None:
    """Why somebody's approval does not count, whatever it is of."""
    if not who.is_person:
        return f"{who.login} is a program, and approves nothing"
    if (hand := authors.have(who)) is not None:
        return f"{who.login} {hand} a part of it, and cannot approve it"
    if not _may_write(facts, who):
        return f"{who.login} has no write access to the repository, so the approval does not count"
    return None


def _stale(facts: Facts, review: Review, who: str) -> str | None:
    """Why an approval is not one of what main says now."""
    merged_at = facts.pull.merged_at
    if merged_at is None or review.submitted_at is None or review.submitted_at > merged_at:
        return f"{who} approved only after the merge"
    digest = facts.digests.get(review.commit_id) if review.commit_id is not None else None
    if digest is None:
        return f"what {who} approved cannot be found any more"
    if digest != facts.digest:
        return f"{who} approved another content than main has now"
    return None


def _may_write(facts: Facts, account: Account) -> bool:
    """By today's rights, and of this very account: a name may have been given to somebody else."""
    found = facts.rights.get(account.login)
    if found is None or found.user is None or found.user.id != account.id:
        return False
    return found.permission in _MAY_WRITE


def _confirmed(pull: Pull, approvals: Sequence[Review]) -> frozenset[str]:
    """Items ticked in the description or by who approved, unless an approver unticks one."""
    described = boxes(pull.body or "")
    reviewed = [boxes(review.body or "") for review in approvals]
    ticked = {item for found in (described, *reviewed) for item, tick in found.items() if tick}
    return frozenset(ticked - {item for found in reviewed for item, tick in found.items() if not tick})
