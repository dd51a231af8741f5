"""A number of recipients into waves and batch sizes (pure)."""

import math
from collections.abc import Sequence

#: What one SES call takes (SendBulkEmail: 50 destinations, AWS SES quotas page).
BATCH_MAX = 50
#: In the first wave a call whose outcome stays unknown touches at most these few.
FIRST_WAVE_BATCH_MAX = 10


def wave_ends(recipients: int, shares: Sequence[float]) -> tuple[int, ...]:
    """The positions at which the waves end, for cumulative `shares` of which the last is 1.

    Every wave has somebody in it: a share that adds nobody is dropped, so a small audience has fewer waves.
    """
    assert shares, "a rollout has at least one wave"
    assert shares[-1] == 1.0, "the last wave is everybody"
    ends: list[int] = []
    for share in shares:
        # Rounded first: 0.07 * 100 is a hair above 7, and a wave of 8 would be wrong.
        end = min(recipients, math.ceil(round(recipients * share, 6)))
        if end > (ends[-1] if ends else 0):
            ends.append(end)
    return tuple(ends)


def batch_sizes(ends: Sequence[int], rate: float | None = None, first: int | None = None) -> tuple[int, ...]:
    """The largest batch of each wave: small in the first of several, where the least is known.

    `rate` is recipients per second that the transport takes: a batch above it would always be too much.
    `first` is what the author wants of the first wave, also where it is the only one.
    """
    largest = BATCH_MAX if rate is None else max(1, min(BATCH_MAX, int(rate)))
    sizes = (largest,) * len(ends)
    if first is None:
        # A single wave is no trial of anything.
        first = FIRST_WAVE_BATCH_MAX if len(ends) > 1 else BATCH_MAX
    return (min(largest, first), *sizes[1:]) if ends else ()
