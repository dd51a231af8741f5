"""A million contacts: resolved, cleaned, freed of doubles, frozen. `python -m benchmarks.audience`."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from pipeline.archive.folder import FolderArchive
from pipeline.audience.duckdb import DuckDbContacts
from pipeline.audience.frozen import FrozenAudience, freeze
from pipeline.audience.predicate import Predicate
from pipeline.audience.rule import AudienceRule
from pipeline.audience.where import parse
from pipeline.models.policy import ContactSource
from pipeline.models.recipient import Recipient

COMMAND = "python -m benchmarks.audience"
PEOPLE = 1_000_000
#: Invented people: one in fifty rows has some dirt in its address, one in five hundred is a double.
_PEOPLE = """
COPY (
  SELECT 'm' || i AS member_id,
    CASE WHEN i % 500 = 1 THEN 'Person' || (i - 1) || '@MAIL' || (i % 7) || '.example'
      WHEN i % 100 = 2 THEN 'ｐerson' || i || '＠mail.example'
      WHEN i % 200 = 3 THEN 'person..' || i || '@docomo.ne.jp'
      WHEN i % 250 = 4 THEN ' nobody' || i
      WHEN i % 400 = 5 THEN 'person' || i || '@花' || (i % 9) || '.example'
      ELSE 'person.' || i || '@mail' || (i % 7) || '.example' END AS email,
    CASE WHEN hash(i) % 50 = 0 THEN NULL ELSE TIMESTAMP '2026-01-01' END AS marketing_consent_at,
    ['東京都', '大阪府', '北海道'][1 + i % 3] AS prefecture,
    ['佐藤', '鈴木', '高橋', '田中'][1 + i % 4] AS family_name,
    ['花子', '太郎', '陽菜', '蓮'][1 + (i // 4) % 4] AS given_name,
    (hash(i) % 10000)::INTEGER AS points
  FROM range({people}) t(i)
) TO '{folder}/members.parquet' (FORMAT parquet);
COPY (SELECT 'person.' || i || '@mail' || (i % 7) || '.example' AS email FROM range(0, {people}, 20) t(i))
TO '{folder}/unsubscribed.csv' (HEADER);
"""


def rule() -> AudienceRule:
    where = parse("prefecture in ('東京都', '大阪府', '北海道') and points >= 0")
    assert isinstance(where, Predicate)
    source = ContactSource(
        kind="parquet", path="members.parquet", id="member_id", email="email", consent="marketing_consent_at"
    )
    return AudienceRule(
        segment="all",
        source_name="members",
        source=source,
        where=where,
        columns=("family_name", "given_name", "points"),
        consent_required=True,
        suppression=(("unsubscribed", "unsubscribed.csv"),),
        order_key="winter-sale",
    )


def measure(folder: Path) -> list[tuple[str, str, str]]:
    """In a process of its own: its peak is the peak of this work alone."""
    contacts, archive, rows = DuckDbContacts(folder), FolderArchive(folder / "archive"), []

    def told(what: str, start: float) -> None:
        rows.append((what, f"{time.perf_counter() - start:.1f} s", COMMAND))

    start = time.perf_counter()
    with contacts.resolve(rule()) as resolution:
        told(f"audience: {PEOPLE:,} contacts in Parquet resolved to {resolution.recipients:,}", start)
        frozen = freeze(archive, resolution, "winter-sale", "0" * 40)
    told("audience: the same, frozen in the archive", start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows.append(("audience: peak memory of both", f"{peak:.0f} MiB", COMMAND))
    start = time.perf_counter()
    with contacts.standing(rule()) as standing:
        told("audience: standing of everybody judged anew", start)
        batches = batches_of(frozen, 2_000)
        start = time.perf_counter()
        assert not any(standing.reasons(batch) for batch in batches)
        each = (time.perf_counter() - start) / len(batches) * 1000
        rows.append(("audience: standing of a batch of 50", f"{each:.2f} ms", COMMAND))
    return rows


def batches_of(frozen: FrozenAudience, batches: int) -> list[tuple[Recipient, ...]]:
    return [frozen.recipients(start, start + 50) for start in range(0, batches * 50, 50)]


def run() -> list[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        with duckdb.connect() as connection:
            connection.execute(_PEOPLE.format(people=PEOPLE, folder=folder))
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.audience", folder], check=True, capture_output=True, text=True
        )
    lines = (line.split("\t") for line in told.stdout.splitlines())
    return [(what, figure, command) for what, figure, command in lines]


if __name__ == "__main__":
    for row in measure(Path(sys.argv[1])) if len(sys.argv) > 1 else run():
        print("\t".join(row))
