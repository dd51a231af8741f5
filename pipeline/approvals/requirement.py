"""What the policy asks for, and what of it is missing (pure)."""

from collections.abc import Sequence

from pipeline.approvals.reviews import Consent
from pipeline.models.policy import Approvals


def required(approvals: Approvals, recipients: int) -> int:
    """How many people must approve a mail to so many recipients."""
    return max([approvals.required, *(s.required for s in approvals.above if recipients > s.recipients)])


def missing(consent: Consent, needed: int, items: Sequence[str]) -> str | None:
    """Why a consent is not enough, as one sentence; None when it is."""
    why = []
    if len(consent.approvers) < needed:
        have = f" (by {', '.join(consent.approvers)})" if consent.approvers else ""
        why.append(f"{len(consent.approvers)} of {needed} approvals{have}")
    unconfirmed = [item for item in items if item not in consent.confirmed]
    if unconfirmed:
        why.append(f"not confirmed: {', '.join(unconfirmed)}")
    if not why:
        return None
    return "; ".join([*why, *consent.objections])
