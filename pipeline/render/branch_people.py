"""The fewest people who take every branch: found by trying values, the way a curious tester would."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from pipeline.models.recipient import Recipient
from pipeline.render.probe import Probe, Way

#: Rows that are tried at most, and what all of them together may cost (`Watcher.work`): a second or two.
_MOST_TRIED: Final = 1500
_MOST_WORK: Final = 2_000_000
#: Rows that are tried before the work is added up again.
_AT_ONCE: Final = 10
_Sight = frozenset[int | tuple[int, bool]]


def people_for(probe: Probe, given: Sequence[Way], values: Mapping[str, Sequence[str]]) -> tuple[Way, ...]:
    """The fewest further rows that take every branch which any value of `values` opens.

    `given` are people who are there anyway; their branches need nobody else. Each row that opens something
    new is varied in turn, so that a condition inside another is found as well. A row that would get no mail
    is no persona, unless what it fails at is a name that does not exist.
    """
    sound = [way for way in given if not way.failed]
    if not sound or not values:
        return ()
    pool = _searched(probe, sound, values)
    missing = frozenset().union(*(way.taken for way in pool)) - frozenset().union(*(w.taken for w in sound))
    chosen = _cover(pool, missing)
    return tuple(_named(way, n) for n, way in enumerate(_merged(probe, sound[0].row, chosen, missing), 1))


def _searched(probe: Probe, sound: Sequence[Way], values: Mapping[str, Sequence[str]]) -> list[Way]:
    """Every row that opened something new, in the order in which they were found."""
    seen: set[int | tuple[int, bool]] = set()
    tried = {_key(way.row) for way in sound}
    found: list[Way] = []
    ahead = [way for way in sound if _fresh(way, seen)]
    spent, waiting = 0, list[Recipient]()
    while (ahead or waiting) and len(tried) < _MOST_TRIED and spent < _MOST_WORK:
        if not waiting:
            waiting = [row for row in _varied(ahead.pop(0).row, values) if _key(row) not in tried]
        rows, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
        tried |= {_key(row) for row in rows}
        ways = probe.ask(rows)
        spent += sum(way.told.work for way in ways)
        news = [way for way in ways if way.tells and _fresh(way, seen)]
        found += news
        ahead += news
    return found


def _fresh(way: Way, seen: set[int | tuple[int, bool]]) -> bool:
    before = len(seen)
    seen |= way.taken | way.hints
    return len(seen) > before


def _varied(row: Recipient, values: Mapping[str, Sequence[str]]) -> list[Recipient]:
    return [
        replace(row, fields={**row.fields, column: value})
        for column, each in values.items()
        for value in each
        if row.fields[column] != value
    ]


def _key(row: Recipient) -> tuple[str, ...]:
    return tuple(row.fields.values())


def _cover(pool: Sequence[Way], missing: frozenset[int]) -> list[Way]:
    """Rows that take all of `missing` together: the largest share first, of equals the one found first."""
    chosen: list[Way] = []
    left = set(missing)
    while left:
        best = max(pool, key=lambda way: len(way.taken & left))
        chosen.append(best)
        left -= best.taken
    return [way for way in chosen if not _covered(way, chosen, missing)]


def _covered(way: Way, chosen: list[Way], missing: frozenset[int]) -> bool:
    others = frozenset[int]().union(*(other.taken for other in chosen if other is not way))
    if way.taken & missing <= others:
        chosen.remove(way)
        return True
    return False


def _merged(probe: Probe, base: Recipient, chosen: list[Way], missing: frozenset[int]) -> list[Way]:
    """The same with fewer people, where one can be made of two by taking the changes of both."""
    merged: list[Way] = []
    for way in chosen:
        for place, other in enumerate(merged):
            both = _both(probe, base, other, way)
            if both is not None and (way.taken | other.taken) & missing <= both.taken:
                merged[place] = both
                break
        else:
            merged.append(way)
    return merged


def _both(probe: Probe, base: Recipient, one: Way, other: Way) -> Way | None:
    changes = {c: v for c, v in other.row.fields.items() if v != base.fields[c]}
    ways = probe.ask([replace(one.row, fields={**one.row.fields, **changes})])
    return ways[0] if ways and not ways[0].failed else None


def _named(way: Way, number: int) -> Way:
    identity = f"invented-branch-{number}"
    row = replace(way.row, id=identity, address=f"branch-{number}@personas.example")
    return replace(way, row=row)
