"""From what GitHub says about a merged pull request to who has agreed to its content (pure)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

from pipeline.approvals import github_reasons as reasons_of
from pipeline.approvals.github_answers import Account, Commit, GitPerson, Permission, Pull, Push, Review
from pipeline.approvals.github_reasons import pull_words
from pipeline.approvals.github_ticks import confirmed
from pipeline.approvals.reviews import Consent
from pipeline.sentence import Sentence

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
    `described_at` is when the description was last edited; None where it never was.
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
    described_at: datetime | None = None


def refusal(pull: Pull, repository: str, branch: str, *, merged: bool = True) -> Sentence | None:
    """Why no review of this pull request counts, whoever wrote it; None when they may.

    With `merged` it must be.
    """
    number = pull_words(pull.number)
    base, head = pull.base.repo, pull.head.repo
    if merged and (not pull.merged or pull.merged_at is None):
        return Sentence(f"{number.en} has not been merged", f"{number.ja}はマージされていません")
    if base is None or base.full_name.casefold() != repository.casefold() or pull.base.ref != branch:
        return Sentence(f"{number.en} was merged to another branch", f"{number.ja}は別のブランチへのものです")
    if head is None or head.full_name.casefold() != repository.casefold():
        return Sentence(
            f"{number.en} came from a copy of the repository (a fork), where nobody can see who pushed",
            f"{number.ja}はリポジトリの複製(フォーク)からのもので、プッシュした人が分かりません",
        )
    if pull.user is None:
        return Sentence(
            f"the account that opened {number.en} has been deleted",
            f"{number.ja}を出したアカウントが削除されています",
        )
    if pull.commits > COMMITS_MAX:
        return Sentence(
            f"{number.en} has {pull.commits} commits; GitHub says who wrote them of {COMMITS_MAX} at most",
            f"{number.ja}にはコミットが{pull.commits}件あり、GitHubで作成者が分かるのは{COMMITS_MAX}件までです",
        )
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


@dataclass(frozen=True, slots=True)
class Judged:
    """Who agreed to the content, and why other words do not count.

    `authors` are the accounts of people who had a hand in it. `blocked` says that somebody asks for changes.
    """

    approvers: tuple[str, ...] = ()
    confirmed: frozenset[str] = frozenset()
    reasons: tuple[Sentence, ...] = ()
    authors: tuple[str, ...] = ()
    blocked: bool = False

    @property
    def consent(self) -> Consent:
        """As delivery asks for it."""
        return Consent(self.approvers, self.confirmed, tuple(reason.en for reason in self.reasons))


def judge(facts: Facts) -> Judged:
    """Who agreed to the content. Whatever is not known for certain counts against."""
    void = next(_voids(facts), None)
    if void is not None:
        return Judged(reasons=(void,))
    authors = _Authors(facts)
    approvals: list[Review] = []
    reasons: list[Sentence] = []
    blocked = False
    for review in standing(facts.reviews):
        reason = _reason(facts, authors, review)
        blocked |= review.state == "CHANGES_REQUESTED" and (
            review.user is None or _may_write(facts, review.user)
        )
        if reason is None:
            approvals.append(review)
        else:
            reasons.append(reason)
    if blocked or not approvals:
        why = tuple(reasons) or (reasons_of.nobody_reviewed(facts.pull.number),)
        return Judged(reasons=why, authors=authors.people, blocked=blocked)
    approvers = tuple(review.user.login for review in approvals if review.user is not None)
    said = confirmed(facts.pull, facts.reviews, approvals, facts.described_at)
    if said.ignored:
        reasons.append(reasons_of.ticked_later(facts.pull.number))
    return Judged(approvers, said.ticked, tuple(reasons), authors.people)


def _voids(facts: Facts) -> Iterator[Sentence]:
    """What leaves open who wrote it, so that nobody can be said to be somebody else."""
    number = facts.pull.number
    if len(facts.commits) != facts.pull.commits or not facts.commits:
        yield reasons_of.commits_missing(number, len(facts.commits), facts.pull.commits)
    for commit in chain(facts.commits, facts.earlier):
        if commit.author is None or commit.committer is None:
            yield reasons_of.commit_of_nobody(commit.sha)
    if facts.pull.head.sha not in {push.after for push in facts.pushes}:
        yield reasons_of.last_push_unknown(number)
    if any(push.actor is None for push in facts.pushes):
        yield reasons_of.pusher_deleted(number)
    if not any(account.is_person for account in _accounts(facts)):
        yield reasons_of.programs_only(number)
    if any(review.submitted_at is None for review in facts.reviews if review.state in _OPINIONS):
        yield reasons_of.review_without_time(number)


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
        self._people = tuple(dict.fromkeys(a.login for a in _accounts(facts) if a.is_person))
        self._ids = {account.id for account in _accounts(facts)}
        self._pushers = {push.actor.id for push in facts.pushes if push.actor is not None}
        self._names = {account.login.casefold() for account in _accounts(facts)}
        for commit in chain(facts.commits, facts.earlier):
            self._names.update(_names(commit))

    @property
    def people(self) -> tuple[str, ...]:
        """The accounts of people among them, each once."""
        return self._people

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


def _reason(facts: Facts, authors: _Authors, review: Review) -> Sentence | None:
    """Why a reviewer's last word is no approval; None when it is one."""
    who = review.user
    if who is None:
        return reasons_of.reviewer_deleted()
    if review.state == "CHANGES_REQUESTED":
        return reasons_of.asks_for_changes(who.login, facts.pull.number)
    if review.state == "DISMISSED":
        return reasons_of.dismissed(who.login)
    return _no_reviewer(facts, authors, who) or _stale(facts, review, who.login)


def _no_reviewer(facts: Facts, authors: _Authors, who: Account) -> Sentence | None:
    """Why somebody's approval does not count, whatever it is of."""
    if not who.is_person:
        return reasons_of.program(who.login)
    if (hand := authors.have(who)) is not None:
        return reasons_of.had_a_hand(who.login, hand)
    if not _may_write(facts, who):
        return reasons_of.may_not_write(who.login)
    return None


def _stale(facts: Facts, review: Review, who: str) -> Sentence | None:
    """Why an approval is not one of what main says now, or would after the merge."""
    merged_at = facts.pull.merged_at
    if review.submitted_at is None or (merged_at is not None and review.submitted_at > merged_at):
        return reasons_of.too_late(who)
    if review.commit_id is None:
        return reasons_of.content_forgotten(who)
    digest = facts.digests.get(review.commit_id)
    if digest == facts.digest:
        return None
    other = reasons_of.not_in_it if digest is None else reasons_of.other_content
    return other(who, merged=merged_at is not None)


def _may_write(facts: Facts, account: Account) -> bool:
    """By today's rights, and of this very account: a name may have been given to somebody else."""
    found = facts.rights.get(account.login)
    if found is None or found.user is None or found.user.id != account.id:
        return False
    return found.permission in _MAY_WRITE
