"""The accounting equation of a campaign, from the records of its waves (pure)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.ledger.entry import Account, Revision, WaveRecord

#: Why somebody is refused whom a later revision believed to be reached.
LEFT_OUT: Final = "left out by a later revision"


def account_of(
    revisions: Sequence[Revision],
    waves: Mapping[int, Mapping[int, WaveRecord]],
    reasons: Mapping[str, int],
) -> Account:
    """Count everybody once: whoever an earlier revision had claimed, and everybody of the newest one.

    `waves` are the records by revision number and wave. Held is counted from what nobody has claimed, not
    as what is left over, so that a wrong book shows as an equation that does not hold. Somebody whose
    call was under way when the next revision was put together, and who then turns out not to have been
    sent anything, is in no later audience: refused, with the reason LEFT_OUT.
    """
    if not revisions:
        return Account()
    current = revisions[-1]
    totals: Counter[str] = Counter()
    for number, records in waves.items():
        for record in records.values():
            touched = record.accepted + record.refused + record.excluded + record.unknown
            totals.update(
                accepted=record.accepted,
                refused=record.refused,
                excluded=record.excluded,
                unknown=record.unknown,
                earlier=touched if number != current.number else 0,
                claimed=record.reserved if number == current.number else 0,
                deferred=record.deferred if number == current.number else 0,
            )
    left_out = current.barred - totals["earlier"]
    return Account(
        planned=current.barred + current.recipients,
        accepted=totals["accepted"],
        refused=totals["refused"] + left_out,
        excluded=totals["excluded"],
        held=current.recipients - totals["claimed"] + totals["deferred"],
        unknown=totals["unknown"],
        reasons={**reasons, LEFT_OUT: left_out} if left_out else reasons,
    )
