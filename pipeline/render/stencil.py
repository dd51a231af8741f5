r"""A mail as one SES template and values for its slots: how many people share one call.

The inline templates of SES only put values into slots. They do not escape, they lose a mail in silence
when a value is missing, and `{`, `}` and `\` beside a slot confuse them. So a stencil that could stumble
cannot be made: `woven` moves such characters into slots of their own, and the constructor looks again.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import mul
from typing import Final

_SLOT: Final = re.compile(r"\{\{f(\d+)\}\}")
_BEFORE: Final = re.compile(r"[{\\]+\Z")
_AFTER: Final = re.compile(r"\A\}+")
#: Text and slots in turn, and the numbers of the slots.
_Split = tuple[list[str], list[int]]
#: Text, and where in it which value goes.
Parts = Sequence[str | int]


class NotShareable(Exception):
    """These words cannot be a template that several people share. The text says why, for people."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a recipient reads."""

    subject: str
    html: str | None
    text: str

    @property
    def length(self) -> int:
        """Characters of all three."""
        return len(self.subject) + len(self.html or "") + len(self.text)


@dataclass(frozen=True, slots=True)
class Stencil:
    """Subject, text and HTML with slots named `{{f0}}`, `{{f1}}` and so on.

    The first `slots` values are a recipient's own; `constants` are those of the slots behind them, the
    same for everybody. Raises NotShareable for words on which the engine of SES would stumble.
    """

    subject: str
    text: str
    html: str | None
    slots: int
    constants: tuple[str, ...] = ()
    #: The three parts taken apart, and the names of the slots: made once for many recipients.
    _split: tuple["_Split | None", ...] = field(init=False, repr=False, compare=False)
    _names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    #: How often each value stands in the three parts, and how long they are without any.
    _often: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _fixed: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = (self.subject, self.html, self.text)
        names = tuple(f"f{n}" for n in range(self.slots + len(self.constants)))
        split = tuple(None if part is None else _SLOT.split(part) for part in parts)
        for pieces in split:
            _assert_safe(pieces or [], len(names))
        object.__setattr__(
            self, "_split", tuple(None if p is None else (p, [int(n) for n in p[1::2]]) for p in split)
        )
        object.__setattr__(self, "_names", names)
        stand = Counter(int(name) for pieces in split for name in (pieces or [])[1::2])
        often = tuple(stand[n] for n in range(self.slots))
        constants = sum(stand[n] * len(said) for n, said in enumerate(self.constants, self.slots))
        text = sum(len(piece) for pieces in split for piece in (pieces or [])[0::2])
        object.__setattr__(self, "_often", often)
        object.__setattr__(self, "_fixed", text + constants)

    def subject_of(self, values: Sequence[str]) -> str:
        """The subject that SES makes of the template and `values`, one for each of `slots`."""
        return self._part(0, values) or ""

    def filled(self, values: Sequence[str]) -> Words:
        """All words, in the same way."""
        assert len(values) == self.slots, "every slot has a value"
        return Words(self._part(0, values) or "", self._part(1, values), self._part(2, values) or "")

    def length_of(self, values: Sequence[str]) -> int:
        """How many characters those are; they need not be put together for it."""
        lengths: Iterator[int] = map(mul, self._often, map(len, values))
        return self._fixed + sum(lengths)

    def data(self, values: Sequence[str]) -> dict[str, str]:
        """What SES is given for one recipient: every slot by its name."""
        assert len(values) == self.slots, "every slot has a value"
        said = (*values, *self.constants) if self.constants else values
        return dict(zip(self._names, said, strict=True))

    def _part(self, number: int, values: Sequence[str]) -> str | None:
        split = self._split[number]
        return None if split is None else _joined(split, (*values, *self.constants))


@dataclass(frozen=True, slots=True)
class Filling:
    """One recipient's values, and the stencil that they are for.

    Its words are put together when somebody asks for them, each time: most mails leave without that.
    """

    stencil: Stencil
    values: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        assert len(self.values) == self.stencil.slots, "every slot has a value"

    @property
    def words(self) -> Words:
        """What SES will make of it."""
        return self.stencil.filled(self.values)

    @property
    def subject(self) -> str:
        """Of those words the subject."""
        return self.stencil.subject_of(self.values)

    @property
    def length(self) -> int:
        """Characters of all words."""
        return self.stencil.length_of(self.values)

    @property
    def data(self) -> dict[str, str]:
        """Every slot by its name."""
        return self.stencil.data(self.values)


class Readable:
    """What a recipient reads, of something that holds it as words or as a stencil and values."""

    __slots__ = ()
    said: Words | Filling

    @property
    def words(self) -> Words:
        """What the recipient reads, put together where it is a stencil."""
        return self.said if isinstance(self.said, Words) else self.said.words

    @property
    def subject(self) -> str:
        """The line that stands in an inbox."""
        return self.said.subject

    @property
    def html(self) -> str | None:
        """The page; None where the mail is text alone."""
        return self.words.html

    @property
    def text(self) -> str:
        """The text part."""
        return self.words.text


def woven(subject: Parts, text: Parts, html: Parts | None, slots: int) -> Stencil:
    """The stencil of parts in which a number stands for a value of that number, counted from 0.

    Raises NotShareable when the parts hold what no template may hold.
    """
    constants: list[str] = []

    def template(parts: Parts) -> str:
        said = [_named(piece, constants, slots) for piece in _apart(parts)]
        return "".join(said)

    texts = template(subject), template(text), None if html is None else template(html)
    return Stencil(*texts, slots=slots, constants=tuple(constants))


@dataclass(frozen=True, slots=True)
class _Constant:
    words: str


def _apart(parts: Parts) -> list[str | int | _Constant]:
    """The same parts, with dangerous characters beside a value set apart."""
    pieces: list[str | int | _Constant] = []
    for place, piece in enumerate(parts):
        if isinstance(piece, int):
            pieces.append(piece)
            continue
        after = _AFTER.search(piece) if place > 0 else None
        rest = piece[after.end() :] if after else piece
        before = _BEFORE.search(rest) if place + 1 < len(parts) else None
        middle = rest[: before.start()] if before else rest
        pieces += [_Constant(after[0])] if after else []
        pieces += [middle] if middle else []
        pieces += [_Constant(before[0])] if before else []
    return pieces


def _named(piece: str | int | _Constant, constants: list[str], slots: int) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, int):
        return f"{{{{f{piece}}}}}"
    if piece.words not in constants:
        constants.append(piece.words)
    return f"{{{{f{slots + constants.index(piece.words)}}}}}"


def _assert_safe(pieces: Sequence[str], slots: int) -> None:
    """Raise NotShareable where a piece of text is none that the engine leaves alone."""
    for place, piece in enumerate(pieces):
        if place % 2:
            assert int(piece) < slots, "a template names only slots that have a value"
            continue
        if "{{" in piece:
            raise NotShareable("two braces stand in the text of the mail")
        beside = (place > 0 and _AFTER.search(piece)) or (place + 1 < len(pieces) and _BEFORE.search(piece))
        if beside:
            raise NotShareable("a brace or a backslash stands right beside a value")


def _joined(split: _Split, values: Sequence[str]) -> str:
    pieces, slots = split
    said = pieces.copy()
    said[1::2] = [values[n] for n in slots]
    return "".join(said)


_WHOLE: Final = Stencil("{{f0}}", "{{f1}}", "{{f2}}", 3)
_WHOLE_TEXT: Final = Stencil("{{f0}}", "{{f1}}", None, 2)


def whole(words: Words) -> Filling:
    """Any mail as a filling: the stencil is nothing but slots, the values are the whole parts."""
    if words.html is None:
        return Filling(_WHOLE_TEXT, (words.subject, words.text))
    return Filling(_WHOLE, (words.subject, words.text, words.html))
