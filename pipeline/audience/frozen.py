"""The frozen audience: written to the archive under its own digest, read piece by piece by the sender."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import orjson

from pipeline.archive.store import Archive
from pipeline.audience.contacts import Resolution
from pipeline.errors import PipelineError
from pipeline.models.recipient import Exclusion, Reason, Recipient
from pipeline.sentence import Sentence

_FORMAT = 1
_LINE = orjson.OPT_APPEND_NEWLINE
_DAMAGED = "Send nothing. Compare the archive with its backup; somebody or something changed it."


@dataclass(frozen=True, slots=True)
class Piece:
    """One object of the archive with some rows of an audience, one JSON value a line."""

    key: str
    sha256: str
    rows: int


class FrozenAudience:
    """An audience in the archive. `digest` is the sha256 of its manifest, which names every piece's own."""

    def __init__(self, archive: Archive, digest: str, manifest: Mapping[str, Any]) -> None:
        self._archive = archive
        self._pieces = _pieces(manifest["recipients"]["pieces"])
        self._left_out = _pieces(manifest["exclusions"]["pieces"])
        self._size = int(manifest["recipients"]["piece_rows"])
        self._piece = lru_cache(maxsize=2)(self._read_piece)
        self.digest = digest
        self.campaign = str(manifest["campaign"])
        self.revision = str(manifest["revision"])
        self.columns = tuple(manifest["columns"])
        #: How many recipients.
        self.count = int(manifest["recipients"]["count"])
        #: How many exclusions, by reason.
        self.excluded: Mapping[Reason, int] = {
            Reason(reason): number for reason, number in manifest["exclusions"]["by_reason"].items()
        }

    @classmethod
    def open(cls, archive: Archive, campaign: str, digest: str) -> Self:
        """Read the manifest. Raises PipelineError when it is missing, damaged or of a newer format."""
        data = _verified(archive, _manifest_key(campaign, digest), digest)
        manifest = orjson.loads(data)
        if manifest["format"] != _FORMAT:
            raise PipelineError(
                Sentence(
                    f"The audience {digest[:12]} of {campaign} was frozen by another version of Postmerge.",
                    f"{campaign}の配信先({digest[:12]})は、別のバージョンのPostmergeで確定されました。",
                ),
                Sentence("Use the version that froze it.", "確定したときのバージョンを使ってください。"),
            )
        return cls(archive, digest, manifest)

    def recipients(self, start: int, end: int) -> tuple[Recipient, ...]:
        """The recipients from position `start` up to, not including, `end`, counted from 0.

        Raises PipelineError when the archive is damaged. A position outside the audience is a bug.
        """
        assert 0 <= start <= end <= self.count, f"no positions {start} to {end} among {self.count}"
        if start == end:
            return ()
        first, last = start // self._size, (end - 1) // self._size
        wanted = slice(start - first * self._size, end - first * self._size)
        if first == last:
            return self._piece(first)[wanted]
        return tuple(row for number in range(first, last + 1) for row in self._piece(number))[wanted]

    def at(self, positions: Sequence[int]) -> tuple[Recipient, ...]:
        """The recipients at these positions, in their order; raises as `recipients`."""
        if not positions:
            return ()
        first, last = min(positions), max(positions)
        if last // self._size - first // self._size > 1:
            return tuple(self.recipients(p, p + 1)[0] for p in positions)
        near = self.recipients(first, last + 1)
        return tuple(near[p - first] for p in positions)

    def exclusions(self) -> Iterator[Exclusion]:
        """Everybody who gets nothing, in the source's order."""
        for piece in self._left_out:
            for line in self._lines(piece):
                yield Exclusion(line["row"], Reason(line["reason"]))

    def _read_piece(self, number: int) -> tuple[Recipient, ...]:
        lines = self._lines(self._pieces[number])
        return tuple(Recipient(line["id"], line["address"], line["fields"]) for line in lines)

    def _lines(self, piece: Piece) -> list[Any]:
        data = _verified(self._archive, piece.key, piece.sha256)
        # in JSON a line break stands nowhere but between two values
        lines: list[Any] = orjson.loads(b"[" + data.rstrip().replace(b"\n", b",") + b"]")
        assert len(lines) == piece.rows, "the digest vouches for the number of rows"
        return lines


def freeze(
    archive: Archive, resolution: Resolution, campaign: str, revision: str, *, piece_rows: int = 5_000
) -> FrozenAudience:
    """Write a resolution to the archive; writing it twice writes nothing new.

    `revision` is the commit that orders the send. `piece_rows` is a multiple of 50, so that no batch spans
    more than one piece. Raises PipelineError when the archive cannot be written.
    """
    assert piece_rows > 0, "a piece has rows"
    assert piece_rows % 50 == 0, "a batch of 50 lies in one piece"
    recipients = (
        {"id": row.id, "address": row.address, "fields": row.fields}
        for rows in resolution.rows()
        for row in rows
    )
    exclusions = ({"row": row.row, "reason": row.reason} for rows in resolution.exclusions() for row in rows)
    people = list(_written(archive, campaign, recipients, piece_rows))
    left_out = list(_written(archive, campaign, exclusions, piece_rows))
    excluded = {reason.value: number for reason, number in sorted(resolution.excluded.items())}
    assert sum(piece.rows for piece in people) == resolution.recipients, "every recipient is frozen"
    assert sum(piece.rows for piece in left_out) == sum(excluded.values()), "every exclusion is frozen"
    manifest = {
        "format": _FORMAT,
        "campaign": campaign,
        "revision": revision,
        "columns": resolution.columns(),
        "recipients": {"count": resolution.recipients, "piece_rows": piece_rows, "pieces": people},
        "exclusions": {"count": sum(excluded.values()), "by_reason": excluded, "pieces": left_out},
    }
    data = orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | _LINE)
    digest = hashlib.sha256(data).hexdigest()
    archive.create(_manifest_key(campaign, digest), data)
    return FrozenAudience.open(archive, campaign, digest)


def _written(
    archive: Archive, campaign: str, rows: Iterable[Mapping[str, object]], size: int
) -> Iterator[Piece]:
    lines: list[bytes] = []
    for row in rows:
        lines.append(orjson.dumps(row, option=_LINE))
        if len(lines) == size:
            yield _piece(archive, campaign, lines)
            lines = []
    if lines:
        yield _piece(archive, campaign, lines)


def _piece(archive: Archive, campaign: str, lines: Sequence[bytes]) -> Piece:
    data = b"".join(lines)
    digest = hashlib.sha256(data).hexdigest()
    key = f"audiences/{campaign}/pieces/{digest}.jsonl"
    archive.create(key, data)
    return Piece(key, digest, len(lines))


def _pieces(written: Iterable[Mapping[str, Any]]) -> tuple[Piece, ...]:
    return tuple(Piece(**piece) for piece in written)


def _verified(archive: Archive, key: str, digest: str) -> bytes:
    data = archive.read(key)
    if hashlib.sha256(data).hexdigest() != digest:
        damaged = Sentence(
            f"The archive's {key} is damaged: it is not what was written.",
            f"アーカイブの{key}が壊れています。書き込まれた内容と一致しません。",
        )
        raise PipelineError(damaged, _DAMAGED)
    return data


def _manifest_key(campaign: str, digest: str) -> str:
    return f"audiences/{campaign}/{digest}/manifest.json"
