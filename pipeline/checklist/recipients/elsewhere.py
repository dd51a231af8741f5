"""Rules about segments and contact sources that the workspace and the audience find."""

from typing import Final

from pipeline.checklist.rule import found_elsewhere

RULES: Final = (
    found_elsewhere(
        "recipients/segment-exists",
        "The segment exists",
        "セグメントがある",
        """A campaign without its segment has nobody to go to.

        Remedy: correct the name, or add the file under `segments/`.""",
    ),
    found_elsewhere(
        "recipients/segment-cycle",
        "Segments do not exclude each other",
        "除外セグメントが循環していない",
        """Segments that exclude each other in a circle say nothing about who is left.

        Remedy: remove one of the excludes.""",
    ),
    found_elsewhere(
        "recipients/incident-exists",
        "The incident is on record",
        "インシデントが記録されている",
        """An apology goes to exactly the people whom an incident touched, so the incident must be on record.

        Remedy: correct the name; this version cannot open incidents.""",
    ),
    found_elsewhere(
        "recipients/source-exists",
        "The contact source exists",
        "配信先の名簿がある",
        """A segment selects from a contact source that the policy names.

        Remedy: correct the name, or add it to `sources:`.""",
    ),
    found_elsewhere(
        "recipients/predicate",
        "The condition is one safe predicate",
        "抽出条件が正しい",
        """The condition is one predicate: comparisons of columns and values, no sub-select, no function that
        touches files, the network or the clock. A condition that moves with the clock would change the
        audience behind the reviewer's back.

        Remedy: say it with columns and values; write dates out, as in `date '2025-12-01'`.""",
    ),
    found_elsewhere(
        "recipients/column-exists",
        "The contact source has the columns",
        "名簿に必要な項目がある",
        """A column that the source does not have cannot be selected by, nor shown in a mail.

        Remedy: correct the name; the finding offers the nearest.""",
    ),
    found_elsewhere(
        "recipients/contacts-in-git",
        "Contacts are not in git",
        "名簿がgitに入っていない",
        """Whoever can read a repository, now or years from now, can read every list that was ever committed.
        Asked of the lists that the policy names, also before they are committed; addresses that nobody can
        have, as those of the examples, are nobody's.

        Remedy: name the file in .gitignore, take it out of git, and have it fetched for each delivery.

        Misses: what stands behind the first 4 MB, Parquet files, addresses at hosts in Japanese, lists that
        the policy does not name, and whatever git has only in its history.""",
        remark=True,
    ),
    found_elsewhere(
        "recipients/unused-segment",
        "Some campaign uses the segment",
        "使われていないセグメントがない",
        """A segment that nobody uses is not looked at by anybody either.

        Remedy: remove it, or leave it: this is a remark.""",
        remark=True,
    ),
)
