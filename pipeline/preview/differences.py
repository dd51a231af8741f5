"""Two pictures of one page: what changed from one to the other, as boxes (pure).

Pictures are compared row by row first, so that a paragraph which pushes everything down by a line does not
mark everything below it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final

from PIL import Image, ImageChops

#: Pixels that apart belong to one box: letters of a word, lines of a paragraph.
_NEAR_ACROSS: Final = 24
_NEAR_DOWN: Final = 10
#: Of 255: what no eye sees, such as another rounding of a shadow.
_INVISIBLE: Final = 6
_MARGIN: Final = 3

#: Left, upper, right, lower, in pixels.
Box = tuple[int, int, int, int]
_Runs = list[tuple[bytes, int, int]]


@dataclass(frozen=True, slots=True)
class Change:
    """What is another thing than before, in the picture before and in the picture after."""

    before: tuple[Box, ...] = ()
    after: tuple[Box, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.before or self.after)


def changed(before: Image.Image, after: Image.Image) -> Change:
    """The boxes around what changed; none for pictures that look the same. Both are RGB."""
    if before.size == after.size and before.tobytes() == after.tobytes():
        return Change()
    if before.width != after.width:
        return Change(((0, 0, *before.size),), ((0, 0, *after.size),))
    aligned = _aligned(before, after)
    if before.height != after.height:
        return aligned
    boxes = _grown(list(_apart(before, after)), after.size)
    return min(aligned, Change(boxes, boxes), key=lambda change: sum(map(_area, change.after)))


def _aligned(before: Image.Image, after: Image.Image) -> Change:
    """What changed when rows that are the same on both sides are laid beside each other."""
    gone: list[Box] = []
    come: list[Box] = []
    space: tuple[list[Box], list[Box]] = [], []
    for a0, a1, b0, b1 in _strips(runs_of(before), runs_of(after)):
        strip_before, strip_after = _strip(before, a0, a1), _strip(after, b0, b1)
        if a1 - a0 == b1 - b0:
            boxes = list(_apart(strip_before, strip_after))
            gone += [_moved(box, a0) for box in boxes]
            come += [_moved(box, b0) for box in boxes]
            continue
        gone += _whole(strip_before, a0)
        come += _whole(strip_after, b0)
        space[0].extend(_all_of(strip_before, a0))
        space[1].extend(_all_of(strip_after, b0))
    if not gone and not come:  # only the space between has changed
        gone, come = space
    return Change(_grown(gone, before.size), _grown(come, after.size))


def runs_of(image: Image.Image) -> _Runs:
    """Rows that are alike and follow each other, each with where it starts and how many there are.

    `image` is RGB.
    """
    data, step = image.tobytes(), image.width * 3
    rows = (data[at : at + step] for at in range(0, len(data), step))
    runs, at = [], 0
    for row, same in groupby(rows):
        length = sum(1 for _ in same)
        runs.append((row, at, length))
        at += length
    return runs


def _strips(old: _Runs, new: _Runs) -> Iterator[tuple[int, int, int, int]]:
    """From and to, before and after, of every stretch of rows that is not the same."""
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    numbers: dict[bytes, int] = {}
    ids = [[numbers.setdefault(row, len(numbers)) for row, _, _ in runs] for runs in (middle_old, middle_new)]
    for kind, i0, i1, j0, j1 in SequenceMatcher(None, ids[0], ids[1], autojunk=False).get_opcodes():
        if kind != "equal":
            yield *_rows(old, head + i0, head + i1), *_rows(new, head + j0, head + j1)
            continue
        for (_, at, length), (_, at_now, length_now) in zip(
            middle_old[i0:i1], middle_new[j0:j1], strict=True
        ):
            if length != length_now:
                kept = min(length, length_now)
                yield at + kept, at + length, at_now + kept, at_now + length_now


def _alike(old: _Runs, new: _Runs) -> int:
    """How many runs at the start are the same on both sides."""
    count = 0
    for (row, _, length), (other, _, length_now) in zip(old, new, strict=False):
        if row != other or length != length_now:
            break
        count += 1
    return count


def _rows(runs: _Runs, first: int, last: int) -> tuple[int, int]:
    """The rows of some runs; of none, the place where they would be."""
    if first < last:
        return runs[first][1], runs[last - 1][1] + runs[last - 1][2]
    at = runs[first][1] if first < len(runs) else (runs[-1][1] + runs[-1][2] if runs else 0)
    return at, at


def _strip(image: Image.Image, first: int, last: int) -> Image.Image:
    return image.crop((0, first, image.width, last))


def _apart(before: Image.Image, after: Image.Image) -> Iterator[Box]:
    """The boxes in which two strips of one size differ."""
    mask = ImageChops.difference(before, after).convert("L").point(lambda level: 255 * (level > _INVISIBLE))
    _, down = mask.getprojection()
    for top, bottom in _stretches(down, _NEAR_DOWN):
        across, _ = mask.crop((0, top, mask.width, bottom)).getprojection()
        for left, right in _stretches(across, _NEAR_ACROSS):
            tight = mask.crop((left, top, right, bottom)).getbbox()
            assert tight is not None, "a stretch has something in it"
            yield left + tight[0], top + tight[1], left + tight[2], top + tight[3]


def _stretches(marks: Sequence[int], near: int) -> Iterator[tuple[int, int]]:
    """From and to of the marks that lie near each other."""
    first = last = -1
    for place, mark in enumerate(marks):
        if not mark:
            continue
        if first >= 0 and place - last > near:
            yield first, last + 1
            first = -1
        first, last = (place if first < 0 else first), place
    if first >= 0:
        yield first, last + 1


def _whole(strip: Image.Image, top: int) -> list[Box]:
    """One box around everything in a strip that stands out from its left edge."""
    if strip.height == 0:
        return []
    edge = strip.crop((0, 0, 1, strip.height)).resize(strip.size)
    boxes = [_moved(box, top) for box in _apart(edge, strip)]
    if not boxes:
        return []
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return [(min(lefts), min(tops), max(rights), max(bottoms))]


def _all_of(strip: Image.Image, top: int) -> list[Box]:
    return [(0, top, strip.width, top + strip.height)] if strip.height else []


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _moved(box: Box, down: int) -> Box:
    return box[0], box[1] + down, box[2], box[3] + down


def _grown(boxes: list[Box], size: tuple[int, int]) -> tuple[Box, ...]:
    """With a margin, sorted, each once."""
    width, height = size
    grown = {
        (max(0, x0 - _MARGIN), max(0, y0 - _MARGIN), min(width, x1 + _MARGIN), min(height, y1 + _MARGIN))
        for x0, y0, x1, y1 in boxes
    }
    return tuple(sorted(grown, key=lambda box: (box[1], box[0])))
