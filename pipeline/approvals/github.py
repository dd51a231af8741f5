"""Approvals from reviews at GitHub: read anew each time, bound to the content, and refused when in doubt."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, TypeVar

from pipeline.approvals.github_answers import (
    Commit,
    Comparison,
    ListedPull,
    Permission,
    Pull,
    Push,
    Ref,
    Review,
)
from pipeline.approvals.github_content import Contents
from pipeline.approvals.github_judge import Facts, judge, refusal, standing
from pipeline.approvals.reviews import Change, Consent
from pipeline.errors import PipelineError
from pipeline.github import GitHubApi, HalfAnswer
from pipeline.workspace.git import Repository

_UNMOVED: Final = frozenset({"ahead", "identical"})
_NOT_A_PUSH: Final = "branch_deletion"
_T = TypeVar("_T")


class _Refused(Exception):
    """No approval counts; the text is the reason, in a sentence."""


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
            return judge(self._facts(change))
        except _Refused as no:
            return Consent(objections=(str(no),))
        except HalfAnswer as half:
            return Consent(objections=(half.sentence.rstrip("."),))

    def _assert_main_says_so(self, change: Change) -> None:
        """Refuse unless main at GitHub has this content by this merge: an old workflow may be run again."""
        ref = self._api.one(f"/git/ref/heads/{self._branch}", Ref)
        if ref is None:
            raise PipelineError(
                f"GitHub knows no branch {self._branch} of {self._api.repository}.",
                "Look at `reviews: {github: …}` in policy.yaml, and at what the token may read.",
            )
        now = ref.object.sha
        if now == change.head:
            return
        compared = self._api.one(f"/compare/{change.merge}...{now}", Comparison)
        if compared is None or compared.status not in _UNMOVED:
            raise _Refused(f"the merge is not a part of {self._branch} at GitHub (any more)")
        if self._contents.digest_at(now, change) != change.digest:
            raise _Refused(f"{self._branch} at GitHub says something else by now")

    def _facts(self, change: Change) -> Facts:
        pull = self._pull(change)
        no = refusal(pull, self._api.repository, self._branch)
        if no is not None or pull.merged_at is None:
            raise _Refused(no or "")
        reviews = _there(self._api.many(f"/pulls/{pull.number}/reviews", Review), "reviews")
        last = standing(reviews)
        commits = {r.commit_id for r in last if r.commit_id is not None and r.state == "APPROVED"}
        return Facts(
            pull=pull,
            commits=self._commits_of(pull),
            earlier=self._earlier_commits(change),
            pushes=self._pushes_of(pull, pull.merged_at),
            reviews=reviews,
            rights={login: self._rights(login) for login in _logins(last)},
            digests={commit: self._contents.digest_at(commit, change) for commit in commits},
            digest=change.digest,
        )

    def _pull(self, change: Change) -> Pull:
        if change.merge not in self._numbers:
            self._numbers[change.merge] = self._number(change.merge)
        number = self._numbers[change.merge]
        pull = self._api.one(f"/pulls/{number}", Pull)
        if pull is None:
            raise _Refused(f"pull request #{number} cannot be found")
        return pull

    def _number(self, merge: str) -> int:
        """The pull request that the commit came to main with."""
        listed = self._api.many(f"/commits/{merge}/pulls", ListedPull)
        if listed is None:
            raise _Refused("GitHub does not know the commit that brought it to main")
        merged = [pull for pull in listed if pull.merged_at is not None and pull.base.ref == self._branch]
        exactly = [pull for pull in merged if pull.merge_commit_sha == merge]
        found = exactly if len(exactly) == 1 else merged
        if not found:
            raise _Refused(f"it came to {self._branch} without a pull request, so nobody could review it")
        if len(found) > 1:
            raise _Refused("it came with more than one pull request, so it is not clear which review counts")
        return found[0].number

    def _commits_of(self, pull: Pull) -> tuple[Commit, ...]:
        key = (pull.number, pull.head.sha)
        if key not in self._commits:
            self._commits[key] = _there(self._api.many(f"/pulls/{pull.number}/commits", Commit), "commits")
        return self._commits[key]

    def _earlier_commits(self, change: Change) -> tuple[Commit, ...]:
        """Everything up to the merge that wrote in the folder: who wrote the draft is an author still."""
        key = (change.merge, change.paths[0])
        if key not in self._earlier:
            found = self._api.many("/commits", Commit, sha=change.merge, path=change.paths[0])
            self._earlier[key] = _there(found, "history")
        return self._earlier[key]

    def _pushes_of(self, pull: Pull, merged_at: datetime) -> tuple[Push, ...]:
        """Whoever moved the branch before the merge; also another branch of that name, to be safe."""
        if pull.number not in self._pushes:
            found = _there(
                self._api.many("/activity", Push, numbered=False, ref=f"refs/heads/{pull.head.ref}"), "pushes"
            )
            pushes = (one for one in found if one.activity_type != _NOT_A_PUSH and one.timestamp <= merged_at)
            self._pushes[pull.number] = tuple(pushes)
        return self._pushes[pull.number]

    def _rights(self, login: str) -> Permission | None:
        return self._api.one(f"/collaborators/{login}/permission", Permission)


def _there(found: tuple[_T, ...] | None, what: str) -> tuple[_T, ...]:
    if found is None:
        raise _Refused(f"GitHub does not list the {what} of the pull request")
    return found


def _logins(reviews: Iterable[Review]) -> list[str]:
    return sorted({review.user.login for review in reviews if review.user is not None})
