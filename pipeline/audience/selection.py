"""The questions to the database that make an audience: clean addresses, reasons, order.

Every function leaves a table behind and says its name; the names are ours, the values never stand in SQL.
"""
# ruff: noqa: S608 every name is quoted or our own, every text is escaped

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from pipeline.audience.address import PLAIN, PLAIN_HOST_MAX, PLAIN_LOCAL_MAX, Address, mentioned, normalise
from pipeline.audience.csv_file import examine
from pipeline.audience.database import Database, quoted, text
from pipeline.audience.loading import ROW, Table, load_csv, predicate_columns
from pipeline.audience.rule import UNSUBSCRIBED, AudienceRule
from pipeline.errors import PipelineError
from pipeline.models.recipient import Reason
from pipeline.sentence import Sentence

#: Values of a consent column that do not say when consent was given.
_NO = (
    "", "-", "0", "f", "false", "n", "n/a", "na", "nan", "nat", "nil", "no", "none", "null",
    "なし", "無", "未同意", "いいえ",
)  # fmt: skip
_AT = "strpos(email, '@')"
#: What the pattern matches whole, normalised without a closer look; NULL for the rest.
_PLAIN = (
    f"CASE WHEN regexp_full_match(email, {text(PLAIN)}) AND {_AT} <= {PLAIN_LOCAL_MAX + 1} "
    f"AND length(email) - {_AT} <= {PLAIN_HOST_MAX} "
    f"THEN substr(email, 1, {_AT}) || lower(substr(email, {_AT} + 1)) END"
)

_CHUNK = 10_000


def pick(database: Database, name: str, rule: AudienceRule, table: Table, *, everybody: bool = False) -> str:
    """`name`(row, id, email, consent, consented, f0, f1, …): rows that the predicate picks, or all.

    `consent` is whether it was given, `consented` what the column says, where consent is asked for.
    """
    source = rule.source
    fields = "".join(
        f", coalesce(CAST({quoted(column)} AS VARCHAR), '') AS \"#f{index}\""
        for index, column in enumerate(rule.columns)
    )
    inner = (
        f'{ROW} AS "#n", CAST({quoted(source.id)} AS VARCHAR) AS "#id", '
        f'CAST({quoted(source.email)} AS VARCHAR) AS "#email", '
        f'{_consent(source.consent)} AS "#consent", {_consented(rule)} AS "#consented"{fields}'
    )
    where, judged = "", ""
    if rule.where is not None and not everybody:
        where, judged = f"WHERE {rule.where.sql}", f", {predicate_columns(database, table, rule.where)}"
    outer = "".join(f', "#f{index}" AS f{index}' for index in range(len(rule.columns)))
    database.run(
        f'CREATE TABLE {name} AS SELECT "#n" AS row, "#id" AS id, "#email" AS email, '
        f'"#consent" AS consent, "#consented" AS consented{outer} '
        f"FROM (SELECT {inner}{judged} FROM {table.name}) {where}"
    )
    return name


def _consent(column: str | None) -> str:
    if column is None:
        return "false"
    no = ", ".join(text(word) for word in _NO)
    return f"lower(trim(coalesce(CAST({quoted(column)} AS VARCHAR), ''))) NOT IN ({no})"


def _consented(rule: AudienceRule) -> str:
    if rule.source.consent is None or not rule.consent_required:
        return "''"
    return f"coalesce(CAST({quoted(rule.source.consent)} AS VARCHAR), '')"


def clean(database: Database, name: str, picked: str) -> str:
    """`name`(row, address): the normalised address of every row of `picked` that has one."""
    database.run(
        f"CREATE TABLE {name} AS SELECT row, address FROM (SELECT row, {_PLAIN} AS address FROM {picked}) "
        "WHERE address IS NOT NULL"
    )
    odd = f"SELECT row, email FROM {picked} WHERE email IS NOT NULL AND ({_PLAIN}) IS NULL"
    for rows, addresses in _normalised(database, odd):
        database.insert(name, rows, [address.value for address in addresses])
    return name


def key(database: Database, name: str, picked: str) -> str:
    """`name`(row, id, key, consent): every row of `picked` that has an id; no key where no address is.

    In one go and without a join, because whoever waits for it has mails that are ready to leave.
    """
    database.run(
        f"CREATE TABLE {name} AS SELECT row, id, lower(plain) AS key, consent, "
        "CASE WHEN plain IS NULL THEN email END AS odd "
        f"FROM (SELECT row, id, email, consent, {_PLAIN} AS plain FROM {picked} WHERE id IS NOT NULL)"
    )
    database.run(f"CREATE TABLE {name}_odd (row BIGINT, key VARCHAR)")
    for rows, addresses in _normalised(database, f"SELECT row, odd FROM {name} WHERE odd IS NOT NULL"):
        database.insert(f"{name}_odd", rows, [address.key for address in addresses])
    database.run(f"UPDATE {name} SET key = o.key FROM {name}_odd o WHERE {name}.row = o.row")
    database.run(f"ALTER TABLE {name} DROP odd")
    database.run(f"DROP TABLE {name}_odd")
    return name


def _normalised(database: Database, odd: str) -> Iterator[tuple[list[int], list[Address]]]:
    """Of what `odd` asks for, (row, email), the rows that have an address after all, and the addresses."""
    for chunk in database.rows(odd):
        found = {row: answer for row, email in chunk if isinstance(answer := normalise(email), Address)}
        if found:
            yield list(found), list(found.values())


def suppress(database: Database, name: str, rule: AudienceRule, root: Path) -> str:
    """`name`(key, reason): every address on the rule's lists.

    An entry that is no clean address still counts for the addresses it mentions.
    """
    database.run(f"CREATE TABLE {name} (key VARCHAR, reason VARCHAR)")
    for number, (label, path) in enumerate(rule.suppression):
        reason = Reason.UNSUBSCRIBED if label == UNSUBSCRIBED else Reason.SUPPRESSED
        listed = _list(database, f"{name}_{number}", label, root / path)
        database.run(
            f"INSERT INTO {name} SELECT lower({_PLAIN}), {text(reason)} FROM {listed} "
            f"WHERE ({_PLAIN}) IS NOT NULL"
        )
        odd = f"SELECT email FROM {listed} WHERE email IS NOT NULL AND ({_PLAIN}) IS NULL"
        for chunk in database.rows(odd):
            keys = [address.key for (email,) in chunk for address in mentioned(email)]
            if keys:
                database.insert(name, keys, [reason.value] * len(keys))
        database.run(f"DROP TABLE {listed}")
    return name


def _list(database: Database, name: str, label: str, path: Path) -> str:
    column = next((n for n in examine(path, whole=False).header if n.strip().lower() == "email"), None)
    if column is None:
        raise PipelineError(
            Sentence(
                f"The suppression list {label} ({path}) has no column email.",
                f"配信停止リスト{label}({path})に列emailがありません。",
            ),
            Sentence(
                "Name the column `email` in its first line.",
                "1行目の列の名前を`email`にしてください。",
            ),
        )
    load_csv(database, f"{name}_raw", path, [column])
    database.run(f"CREATE TABLE {name} AS SELECT {quoted(column)} AS email FROM {name}_raw")
    database.run(f"DROP TABLE {name}_raw")
    return name


def members(database: Database, name: str, rule: AudienceRule, tables: dict[str, Table]) -> str:
    """`name`(source, id, key): who is in a segment that `rule` excludes.

    A member of a segment is in its predicate and in none of the segments that it excludes itself.
    """
    database.run(f"CREATE TABLE {name} (source VARCHAR, id VARCHAR, key VARCHAR)")
    for number, other in enumerate(rule.excluded):
        below = members(database, f"{name}_{number}", other, tables)
        identity = source_key(other)
        picked = pick(database, f"{below}_picked", other, tables[identity])
        cleaned = clean(database, f"{below}_clean", picked)
        database.run(
            f"INSERT INTO {name} SELECT {text(identity)}, id, lower(address) FROM {picked} "
            f"LEFT JOIN {cleaned} USING (row) WHERE NOT {_among(below, identity, 'lower(address)')}"
        )
        for spent in (below, picked, cleaned):
            database.run(f"DROP TABLE {spent}")
    return name


def source_key(rule: AudienceRule) -> str:
    """Two rules with the same key read the same people under the same ids."""
    source = rule.source
    return (
        f"{source.kind}:{source.path}:{source.table or ''}:{source.id}:{source.email}:{source.consent or ''}"
    )


def _among(table: str, identity: str, key: str) -> str:
    """A test whether the row's person is among members: by address, or by id within one source."""
    return (
        f"(coalesce({key} IN (SELECT key FROM {table} WHERE key IS NOT NULL), false) OR coalesce(id IN "
        f"(SELECT id FROM {table} WHERE source = {text(identity)} AND id IS NOT NULL), false))"
    )


def remember(database: Database, name: str, already: Iterable[tuple[str, str]]) -> str:
    """`name`(id, key): who had it from an earlier revision."""
    database.run(f"CREATE TABLE {name} (id VARCHAR, key VARCHAR)")
    pairs = iter(already)
    while chunk := list(islice(pairs, _CHUNK)):
        database.insert(name, [id_ for id_, _ in chunk], [address.lower() for _, address in chunk])
    return name


def barred(rule: AudienceRule, suppressed: str, excluded: str) -> str:
    """The reasons that hold at any time, as branches of a CASE over (id, key, consent)."""
    no_consent = f"WHEN NOT consent THEN {text(Reason.NO_CONSENT)} " if rule.consent_required else ""
    return "".join(
        f"WHEN key IN (SELECT key FROM {suppressed} WHERE reason = {text(reason)}) THEN {text(reason)} "
        for reason in (Reason.UNSUBSCRIBED, Reason.SUPPRESSED)
    ) + (
        f"{no_consent}WHEN {_among(excluded, source_key(rule), 'key')} THEN {text(Reason.EXCLUDED_SEGMENT)} "
    )


def judge(database: Database, picked: str, cleaned: str, had: str, bars: str) -> str:
    """`verdicts`(row, id, address, reason): each picked row once; no reason for a recipient."""
    database.run(
        f"CREATE TABLE twice AS SELECT id, min(row) AS first FROM {picked} GROUP BY id HAVING count(*) > 1"
    )
    database.run(
        "CREATE TABLE eligible AS SELECT row, id, address, key, CASE "
        f"WHEN id IS NULL OR trim(id) = '' THEN {text(Reason.MISSING_ID)} "
        f"WHEN address IS NULL THEN {text(Reason.INVALID_ADDRESS)} "
        f"WHEN row > first THEN {text(Reason.DUPLICATE_ID)} "
        f"WHEN id IN (SELECT id FROM {had}) OR key IN (SELECT key FROM {had}) "
        f"THEN {text(Reason.ALREADY_HAD_IT)} "
        f"{bars}END AS reason FROM (SELECT p.row, p.id, p.consent, c.address, lower(c.address) AS key, "
        f"t.first FROM {picked} p LEFT JOIN {cleaned} c USING (row) LEFT JOIN twice t ON p.id = t.id)"
    )
    database.run(
        "CREATE TABLE shared AS SELECT key, min(row) AS first FROM eligible WHERE reason IS NULL "
        "GROUP BY key HAVING count(*) > 1"
    )
    database.run(
        f"CREATE TABLE verdicts AS SELECT row, id, address, CASE WHEN row > first "
        f"THEN {text(Reason.DUPLICATE_ADDRESS)} ELSE reason END AS reason FROM eligible "
        "LEFT JOIN shared USING (key)"
    )
    for spent in ("twice", "eligible", "shared"):
        database.run(f"DROP TABLE {spent}")
    return "verdicts"


def order(database: Database, picked: str, verdicts: str, rule: AudienceRule) -> None:
    """`recipients`(id, address, f0, …, consented) in sending order, `excluded`(row, reason) in file order."""
    fields = "".join(f", f{index}" for index in range(len(rule.columns)))
    database.run(
        f"CREATE TABLE recipients AS SELECT v.id, v.address{fields}, consented FROM {picked} "
        f"JOIN {verdicts} v USING (row) WHERE reason IS NULL ORDER BY sha256({text(rule.order_key)} || v.id)"
    )
    database.run(
        f"CREATE TABLE excluded AS SELECT CASE WHEN reason = {text(Reason.MISSING_ID)} THEN '#' || row "
        f"ELSE id END AS row, reason FROM {verdicts} v WHERE reason IS NOT NULL ORDER BY v.row"
    )
    database.run(f"DROP TABLE {picked}")
    database.run(f"DROP TABLE {verdicts}")
