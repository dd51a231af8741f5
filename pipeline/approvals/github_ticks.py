"""Which items have been confirmed: a tick counts only where an approver stands for it (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.approvals.boxes import boxes
from pipeline.approvals.github_answers import Pull, Review

#: An approver's own words: the approval, and what was said in reviews since.
_SAID = frozenset({"APPROVED", "COMMENTED"})


@dataclass(frozen=True, slots=True)
class Ticks:
    """Items that are confirmed, and those whose tick in the description came after every approval."""

    ticked: frozenset[str]
    ignored: frozenset[str]


def confirmed(
    pull: Pull, reviews: Sequence[Review], approvals: Sequence[Review], described_at: datetime | None
) -> Ticks:
    """Items ticked by who approved, or in the description that an approver had before them.

    The last word of an approver on an item counts; a box that one of them leaves open says no to it. The
    description counts for those who approved after it was last edited: GitHub does not say what was edited.
    """
    said = [_last_words(reviews, approval) for approval in approvals]
    by_approvers = {item for words in said for item, tick in words.items() if tick}
    refused = {item for words in said for item, tick in words.items() if not tick}
    described = {item for item, tick in boxes(pull.body or "").items() if tick}
    seen = any(_is_after(approval, described_at) for approval in approvals)
    ticked = by_approvers | (described if seen else set())
    ignored = set() if seen else described - by_approvers
    return Ticks(frozenset(ticked - refused), frozenset(ignored - refused))


def _last_words(reviews: Sequence[Review], approval: Review) -> dict[str, bool]:
    """What an approver has said on each item since the approval, in a review of their own."""
    words: dict[str, bool] = dict(boxes(approval.body or ""))
    for review in sorted(reviews, key=lambda one: (one.submitted_at is None, one.submitted_at, one.id)):
        same = review.user is not None and approval.user is not None and review.user.id == approval.user.id
        if same and review.state in _SAID and _follows(review, approval):
            words |= boxes(review.body or "")
    return words


def _follows(review: Review, approval: Review) -> bool:
    if review.submitted_at is None or approval.submitted_at is None:
        return False
    return (review.submitted_at, review.id) > (approval.submitted_at, approval.id)


def _is_after(approval: Review, described_at: datetime | None) -> bool:
    return described_at is None or (
        approval.submitted_at is not None and approval.submitted_at > described_at
    )
