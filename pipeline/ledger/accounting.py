"""The accounting equation of a campaign, from the records of its waves (pure)."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.ledger.entry import Account, Revision, WaveRecord


def account_of(
    revisions: Sequence[Revision],
    waves: Mapping[int, Mapping[int, WaveRecord]],
    reasons: Mapping[str, int],
) -> Account:
    """Count everybody once: whoever an earlier revision touched, and everybody of the newest one.

    `waves` are the records by revision number and wave. Held is counted from what nobody has claimed, not
    as what is left over, so that a wrong book shows as an equation that does not hold.
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
    return Account(
        planned=totals["earlier"] + current.recipients,
        accepted=totals["accepted"],
        refused=totals["refused"],
        excluded=totals["excluded"],
        held=current.recipients - totals["claimed"] + totals["deferred"],
        unknown=totals["unknown"],
        reasons=reasons,
    )
