"""Approvals from reviews at GitHub: read anew each time, bound to the content, and refused when in doubt."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, TypeVar

from pipeline.approvals import github_reasons as reasons_of
from pipeline.approvals.boxes import boxes
from pipeline.approvals.github_answers import (
    DESCRIPTION_QUESTION,
    Commit,
    Comparison,
    Description,
    ListedPull,
    Permission,
    Pull,
    Push,
    Ref,
    Review,
)
from pipeline.approvals.github_content import Contents
from pipeline.approvals.github_judge import Facts, Judged, judge, refusal, standing
from pipeline.approvals.reviews import Change, Consent
from pipeline.errors import PipelineError
from pipeline.github import GitHubApi, HalfAnswer
from pipeline.sentence import Sentence
from pipeline.workspace.git import Repository

_UNMOVED: Final = frozenset({"ahead", "identical"})
_NOT_A_PUSH: Final = "branch_deletion"
_T = TypeVar("_T")


class _Refused(Exception):
    """No approval counts; `reason` says why."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(str(reason))
        self.reason = reason


class GitHubReviews:
    """See `pipeline.approvals.reviews.Reviews`.

    What cannot change any more is asked once: which pull request it was, its commits, who pushed, the files
    of a commit. Where main is, reviews, the description and rights are asked about at every call.
    """

    def __init__(self, api: GitHubApi, repository: Repository, branch: str) -> None:
        """`branch` is the main branch as GitHub names it."""
        self._api = api
        self._repository = repository
        self._branch = branch
        self._contents = Contents(api, repository)
        self._numbers: dict[str, int] = {}
        self._commits: dict[tuple[int, str], tuple[Commit, ...]] = {}
        self._earlier: dict[tuple[str, str], tuple[Commit, ...]] = {}
        self._pushes: dict[int, tuple[Push, ...]] = {}

    def consent(self, change: Change) -> Consent:
        """See the port. Half an answer is a refusal in words; no answer raises PipelineError."""
        try:
            self._assert_main_says_so(change)
            pull = self._pull(change)
            no = refusal(pull, self._api.repository, self._branch)
            return self._judged(change, pull, change.merge, no).consent
        except _Refused as refused:
            return Consent(objections=(refused.reason.en,))
        except HalfAnswer as half:
            return Consent(objections=(half.sentence.rstrip("."),))

    def so_far(self, number: int, change: Change) -> Judged:
        """What was said until now about the content that an open pull request would bring to main.

        Half an answer is nobody's consent, with the reason; no answer raises PipelineError. Delivery asks
        again, after the merge, and its word is what counts.
        """
        try:
            pull = self._numbered(number)
            no = refusal(pull, self._api.repository, pull.base.ref, merged=False)
            return self._judged(change, pull, pull.head.sha, no)
        except _Refused as refused:
            return Judged(reasons=(refused.reason,))
        except HalfAnswer as half:
            return Judged(reasons=(half.said.within(),))

    def _assert_main_says_so(self, change: Change) -> None:
        """Refuse unless main at GitHub has this content by this merge: an old workflow may be run again."""
        ref = self._api.one(f"/git/ref/heads/{self._branch}", Ref)
        if ref is None:
            raise PipelineError(
                Sentence(
                    f"GitHub knows no branch {self._branch} of {self._api.repository}.",
                    f"GitHubの{self._api.repository}にブランチ{self._branch}がありません。",
                ),
                "Look at `reviews: {github: …}` in policy.yaml, and at what the token may read.",
            )
        now = ref.object.sha
        if now == change.head:
            return
        compared = self._api.one(f"/compare/{change.merge}...{now}", Comparison)
        if compared is None or compared.status not in _UNMOVED:
            raise _Refused(reasons_of.not_a_part(self._branch))
        if self._contents.digest_at(now, change) != change.digest:
            raise _Refused(reasons_of.says_something_else(self._branch))

    def _judged(self, change: Change, pull: Pull, newest: str, no: Sentence | None) -> Judged:
        return judge(self._facts(change, pull, newest)) if no is None else Judged(reasons=(no,))

    def _facts(self, change: Change, pull: Pull, newest: str) -> Facts:
        reviews = _there(self._api.many(f"/pulls/{pull.number}/reviews", Review), "reviews")
        last = standing(reviews)
        commits = {r.commit_id for r in last if r.commit_id is not None and r.state == "APPROVED"}
        return Facts(
            pull=pull,
            commits=self._commits_of(pull),
            earlier=self._earlier_commits(newest, change.paths[0]),
            pushes=self._pushes_of(pull),
            reviews=reviews,
            rights={login: self._rights(login) for login in _logins(last)},
            digests={commit: self._contents.digest_at(commit, change) for commit in commits},
            digest=change.digest,
            described_at=self._described_at(pull),
        )

    def _described_at(self, pull: Pull) -> datetime | None:
        """When the description was last edited; asked only where a tick in it may count."""
        if not any(boxes(pull.body or "").values()):
            return None
        owner, _, name = self._api.repository.partition("/")
        said = self._api.graph(DESCRIPTION_QUESTION, Description, owner=owner, name=name, number=pull.number)
        return said.edited_at

    def _pull(self, change: Change) -> Pull:
        if change.merge not in self._numbers:
            self._numbers[change.merge] = self._number(change.merge)
        return self._numbered(self._numbers[change.merge])

    def _numbered(self, number: int) -> Pull:
        pull = self._api.one(f"/pulls/{number}", Pull)
        if pull is None:
            raise _Refused(reasons_of.no_such_pull(number))
        return pull

    def _number(self, merge: str) -> int:
        """The pull request that the commit came to main with."""
        listed = self._api.many(f"/commits/{merge}/pulls", ListedPull)
        if listed is None:
            raise _Refused(reasons_of.commit_unknown())
        merged = [pull for pull in listed if pull.merged_at is not None and pull.base.ref == self._branch]
        exactly = [pull for pull in merged if pull.merge_commit_sha == merge]
        found = exactly if len(exactly) == 1 else merged
        if not found:
            raise _Refused(reasons_of.no_pull(self._branch))
        if len(found) > 1:
            raise _Refused(reasons_of.several_pulls())
        return found[0].number

    def _commits_of(self, pull: Pull) -> tuple[Commit, ...]:
        key = (pull.number, pull.head.sha)
        if key not in self._commits:
            self._commits[key] = _there(self._api.many(f"/pulls/{pull.number}/commits", Commit), "commits")
        return self._commits[key]

    def _earlier_commits(self, newest: str, folder: str) -> tuple[Commit, ...]:
        """Everything up to `newest` that wrote in the folder: who wrote the draft is an author still."""
        key = (newest, folder)
        if key not in self._earlier:
            found = self._api.many("/commits", Commit, sha=newest, path=folder)
            self._earlier[key] = _there(found, "history")
        return self._earlier[key]

    def _pushes_of(self, pull: Pull) -> tuple[Push, ...]:
        """Whoever moved the branch before the merge; also another branch of that name, to be safe."""
        if pull.number not in self._pushes:
            found = _there(
                self._api.many("/activity", Push, numbered=False, ref=f"refs/heads/{pull.head.ref}"), "pushes"
            )
            end = pull.merged_at
            pushes = (one for one in found if one.activity_type != _NOT_A_PUSH)
            self._pushes[pull.number] = tuple(one for one in pushes if end is None or one.timestamp <= end)
        return self._pushes[pull.number]

    def _rights(self, login: str) -> Permission | None:
        return self._api.one(f"/collaborators/{login}/permission", Permission)


def _there(found: tuple[_T, ...] | None, what: str) -> tuple[_T, ...]:
    if found is None:
        raise _Refused(reasons_of.not_listed(what))
    return found


def _logins(reviews: Iterable[Review]) -> list[str]:
    return sorted({review.user.login for review in reviews if review.user is not None})
