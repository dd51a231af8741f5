# ruff: noqa: S608 the statements are our own
"""The checklist: one campaign, two hundred campaigns, a million people. Each in a process of its own."""

import re
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.commands import repository
from benchmarks.watched import Watched
from pipeline import wiring
from pipeline.checklist.catalogue import RULES
from pipeline.checklist.means import Means
from pipeline.checklist.run import run as run_rules
from pipeline.clock import SystemClock
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository

_COMMAND = "python -m benchmarks.checklist"
_RUNS = 5
_CAMPAIGNS = 200
#: The examples leave within so many weeks, each in a week of its own.
_SPAN_WEEKS = 6
_PEOPLE = 1_000_000
_ONE = "2026-12-winter-sale"
_MONTHS = dict(January=1, December=12)  # noqa: C408 names of months read better so
#: Dates as the examples write them; a copy is some weeks later, so that its weekdays stay right.
_DATES = re.compile(
    r"(?P<iso>\d{4}-\d\d-\d\d)|(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日"
    r"|(?P<name>January|December) (?P<of>\d{1,2})(?P<comma>, \d{4})?"
)


def many(folder: Path, count: int) -> None:
    """The examples, and copies of them: every copy some weeks later, with words of its own."""
    repository(folder)
    examples = sorted(path for path in (folder / "campaigns").iterdir() if (path / "campaign.yaml").exists())
    for number in range(len(examples), count):
        copy, place = divmod(number, len(examples))
        _copy(examples[place], folder / f"campaigns/copy-{number:03}", copy * _SPAN_WEEKS)


def _copy(example: Path, copy: Path, week: int) -> None:
    for path in example.rglob("*"):
        to = copy / path.relative_to(example)
        if path.is_dir():
            continue
        to.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".pdf":
            to.write_bytes(path.read_bytes())
            continue
        text = path.read_text(encoding="utf-8").replace("・祝)", ")")
        text = text.replace("いつも", f"第{week}号です。いつも").replace("Our first", f"Our no. {week}")
        to.write_text(_DATES.sub(_later(timedelta(weeks=week)), text), encoding="utf-8")


def _later(by: timedelta) -> Callable[[re.Match[str]], str]:
    def moved(match: re.Match[str]) -> str:
        if match["iso"]:
            return (date.fromisoformat(match["iso"]) + by).isoformat()
        month = int(match["month"] or _MONTHS[match["name"]])
        day = date(2027 if month < 6 else 2026, month, int(match["day"] or match["of"])) + by
        if match["name"]:
            return f"{day:%B} {day.day}" + (f", {day.year}" if match["comma"] else "")
        return (f"{day.year}年" if match["year"] else "") + f"{day.month}月{day.day}日"

    return moved


_CONTACTS = """
COPY (
  SELECT
    'H' || lpad(i::VARCHAR, 7, '0') AS member_id,
    'person.' || i || '@mail' || (i % 7) || '.example' AS email,
    CASE WHEN i % 5000 = 1 THEN '090-0000-' || lpad((i % 10000)::VARCHAR, 4, '0')
         WHEN i % 7000 = 2 THEN f.family_name || '様' ELSE f.family_name END AS family_name,
    g.given_name AS given_name, f.family_name_kana AS family_name_kana, g.given_name_kana AS given_name_kana,
    f.family_name || '　' || g.given_name AS full_name,
    '090-' || lpad((i // 10000)::VARCHAR, 4, '0') || '-' || lpad((i % 10000)::VARCHAR, 4, '0') AS phone,
    lpad((i % 1000)::VARCHAR, 3, '0') || '-' || lpad((i % 9973)::VARCHAR, 4, '0') AS postal_code,
    p.prefecture AS prefecture,
    p.prefecture || '花森市中央' || (i % 30) || '-' || (i % 97) || '-' || (i % 89) || ' 第' || (i % 1009)
      || 'ビル' AS address,
    (i * 7919) % 100000 AS points, (DATE '2025-12-01' + (i % 350)::INTEGER)::VARCHAR AS last_order_on,
    (DATE '1940-01-01' + (i % 25000)::INTEGER)::VARCHAR AS birthday,
    '2024-05-0' || (1 + i % 9) || ' 11:02:0' || (i % 10) AS marketing_consent_at, 'ja' AS locale
  FROM range({people}) r(i)
  JOIN families f ON f.place = hash(i) % {families}
  JOIN givens g ON g.place = hash(i + 1) % {givens}
  JOIN prefectures p ON p.place = hash(i + 2) % {prefectures}
) TO '{folder}/segments/contacts/members.{kind}' (FORMAT {kind})
"""
_COLUMNS = (
    "family_name, given_name, family_name_kana, given_name_kana, full_name, phone, postal_code, prefecture, "
    "address, points, birthday"
)


def people(folder: Path, count: int) -> None:
    """The examples with a list of `count` people and twelve columns, of which four hold a value a person."""
    repository(folder)
    members = folder / "segments/contacts/members.csv"
    with duckdb.connect() as connection:
        sizes = {}
        for name, columns in (
            ("families", "family_name, family_name_kana"),
            ("givens", "given_name, given_name_kana"),
            ("prefectures", "prefecture"),
        ):
            connection.execute(
                f"CREATE TABLE {name} AS SELECT row_number() OVER () - 1 AS place, * FROM (SELECT DISTINCT "
                f"{columns} FROM '{members}' WHERE locale = 'ja' AND joined_on > '2019-03-01' "
                f"AND family_name <> '' ORDER BY ALL)"
            )
            (sizes[name],) = connection.execute(f"SELECT count(*) FROM {name}").fetchone() or (0,)
        members.unlink()
        connection.execute(_CONTACTS.format(people=count, folder=folder, kind="parquet", **sizes))
    segment = "title: 全会員\nsource: members\nwhere: locale = 'ja'\ncolumns: [" + _COLUMNS + "]\n"
    (folder / "segments/tokyo-active.yaml").write_text(segment, encoding="utf-8")
    policy = folder / "policy.yaml"
    text = policy.read_text(encoding="utf-8").replace("kind: csv", "kind: parquet")
    policy.write_text(text.replace("members.csv", "members.parquet"), encoding="utf-8")


def data_rules(folder: Path) -> str:
    """Ask the rules about merge data, and say what they found."""
    rules = tuple(rule for rule in RULES if rule.heading == "data")
    with Repository.open(folder) as place:
        workspace = loading.load(place.working_tree())
        means = Means(SystemClock().now(), wiring.contacts_of(folder))
        (report,) = run_rules(workspace, [_ONE], means, rules=rules).campaigns
    asked = [item for item in report.items if item.rule.startswith("data/")]
    assert {str(item.status) for item in asked} <= {"pass", "warn", "fail"}, asked
    return "\n".join(f"{finding.rule}: {finding.message}" for finding in report.findings)


def run() -> list[tuple[str, str, str]]:
    """What was measured, the figure, and the command that measures it again."""
    python = sys.executable
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few, lots, crowd = folder / "few", folder / "many", folder / "people"
        for place in (few, lots, crowd):
            place.mkdir()
        repository(few)
        many(lots, _CAMPAIGNS)
        people(crowd, _PEOPLE)
        check = [python, "-m", "pipeline", "check"]
        one = [Watched([*check, _ONE], few).run() for _ in range(_RUNS)]
        every = [Watched(check, few).run() for _ in range(_RUNS)]
        hundreds = Watched(check, lots).run()
        data = Watched([python, "-m", "benchmarks.checklist", "--data", str(crowd)], _HERE).run()
        whole = Watched([*check, _ONE], crowd).run()
    assert "phone number" in data.said or "電話番号" in data.said, data.said
    return [
        ("`postmerge check` of one campaign, all rules, cold", _told(one), _COMMAND),
        ("`postmerge check` of the five examples, cold", _told(every), _COMMAND),
        (f"`postmerge check` of {_CAMPAIGNS} campaigns", _figure(hundreds), _COMMAND),
        (f"the rules about merge data, {_PEOPLE:,} people, eleven columns", _figure(data), _COMMAND),
        (f"`postmerge check` of one campaign for {_PEOPLE:,} people", _figure(whole), _COMMAND),
    ]


_HERE = Path(__file__).resolve().parent.parent


def _told(runs: list[Watched]) -> str:
    taken = [each.seconds for each in runs]
    return f"{median(taken):.2f} s (median of {len(taken)}; {min(taken):.2f} to {max(taken):.2f})"


def _figure(watched: Watched) -> str:
    return f"{watched.seconds:.1f} s, {watched.megabytes:,.0f} MiB"


if __name__ == "__main__":
    if "--data" in sys.argv:
        print(data_rules(Path(sys.argv[2])))
    else:
        for what, figure, _ in run():
            print(f"{what}: {figure}", flush=True)
