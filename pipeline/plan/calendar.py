"""Wall-clock times, quiet hours, and how long a wave takes between them (pure)."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

Quiet = tuple[time, time]


def in_utc(local: datetime, zone: str) -> datetime:
    """A wall-clock time of a zone as a moment.

    Where the clock jumps ahead, a time that does not exist means the moment the jump reaches; where it goes
    back, the first of the two, or the second when `local.fold` is 1.
    """
    assert local.tzinfo is None, "a wall-clock time has no zone of its own"
    # In a gap Python reads fold 0 by the old offset, which is after the jump, and fold 1 by the new one.
    late, early = (local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1))
    if early < late:
        return _jump_between(early, late, zone)
    return early if local.fold else late


def _jump_between(before: datetime, after: datetime, zone: str) -> datetime:
    old = before.astimezone(ZoneInfo(zone)).utcoffset()
    while after - before > timedelta.resolution:
        middle = before + (after - before) / 2
        if middle.astimezone(ZoneInfo(zone)).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def _nights(moment: datetime, quiet: Quiet, zone: str) -> Iterator[tuple[datetime, datetime]]:
    """The quiet hours around `moment`, in order.

    Where the clock goes back in them they last until the second reading of their end: being quiet for an
    hour too long wakes nobody.
    """
    start, end = quiet
    today = moment.astimezone(ZoneInfo(zone)).date()
    for days in (-1, 0, 1, 2):
        first = today + timedelta(days=days)
        last = first if start < end else first + timedelta(days=1)
        begun = in_utc(datetime.combine(first, start), zone)
        over = in_utc(datetime.combine(last, end.replace(fold=1)), zone)
        if begun < over:
            yield begun, over


def quiet_until(moment: datetime, quiet: Quiet | None, zone: str) -> datetime | None:
    """When the quiet hours that `moment` falls into are over, in UTC; None outside of them."""
    if quiet is None:
        return None
    until = None
    for begun, over in _nights(moment, quiet, zone):
        if begun <= (until or moment) < over:
            until = over
    return until


def after_quiet(moment: datetime, quiet: Quiet | None, zone: str) -> datetime:
    """`moment`, or the end of the quiet hours it falls into."""
    return quiet_until(moment, quiet, zone) or moment


def finished_at(start: datetime, work: timedelta, quiet: Quiet | None, zone: str) -> datetime:
    """When `work` that begins at `start` is done, pausing in every quiet hour on the way; in UTC."""
    moment = after_quiet(start.astimezone(UTC), quiet, zone)
    if quiet is None:
        return moment + work
    while True:
        pause = next(begun for begun, _ in _nights(moment, quiet, zone) if begun > moment)
        if moment + work <= pause:
            return moment + work
        work -= pause - moment
        moment = after_quiet(pause, quiet, zone)
