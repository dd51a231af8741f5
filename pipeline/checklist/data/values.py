"""Values that are broken whatever column they stand in."""

from collections.abc import Iterator

from pipeline.checklist.data import columns
from pipeline.checklist.data.names import NO_COLUMNS, in_columns
from pipeline.checklist.data.survey import Flaw
from pipeline.checklist.draft import Draft
from pipeline.checklist.masking import Tally
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.finding import Severity


@rule("data/mojibake", "No value is garbled", "文字化けした値がない", Need.CONTACTS)
def mojibake(draft: Draft) -> Iterator[Verdict]:
    """A file that was read in the wrong encoding turns 佐藤 into ä½è—¤, in every mail.

    Remedy: export the contacts anew as UTF-8.

    Misses: letters that were lost and stand as question marks, and Shift_JIS that was cut short.
    """
    yield from in_columns(
        draft,
        draft.audience.columns,
        NO_COLUMNS,
        Flaw.MOJIBAKE,
        lambda column, tally: Objection(
            draft.column_at(column),
            f"{column} is garbled in {tally.said}.",
            f"{column}が文字化けしています: {tally.said_ja}",
            "Export the contacts anew as UTF-8, and look at these rows.",
            "名簿をUTF-8で書き出し直し、該当行を確認してください。",
        ),
    )


@rule(
    "data/html-in-value",
    "No value holds HTML or template code",
    "値にHTMLやテンプレートの記号がない",
    Need.CONTACTS,
)
def html_in_value(draft: Draft) -> Iterator[Verdict]:
    """Values are shown as they are: `&amp;` reads as `&amp;`, and a tag as a tag.

    Remedy: clean the rows where they come from; formatting belongs into the template.
    """
    yield from in_columns(
        draft,
        draft.audience.columns,
        NO_COLUMNS,
        Flaw.MARKUP,
        lambda column, tally: Objection(
            draft.column_at(column),
            f"{column} holds HTML or template code in {tally.said}.",
            f"{column}にHTMLやテンプレートの記号が入っています: {tally.said_ja}",
            "Take it out of these rows; values are shown exactly as they are.",
            "名簿の該当行から取り除いてください。値はそのまま表示されます。",
        ),
    )


@rule(
    "data/half-width-value",
    "No value has katakana of half width",
    "値に半角カタカナがない",
    Need.CONTACTS,
    severity=Severity.WARNING,
)
def half_width_value(draft: Draft) -> Iterator[Verdict]:
    """ｽｽﾞｷ reads like a bank statement, and some charsets do not have it.

    Remedy: export the column in full width (スズキ).
    """
    yield from in_columns(
        draft,
        draft.audience.columns,
        NO_COLUMNS,
        Flaw.HALF_WIDTH,
        lambda column, tally: Objection(
            draft.column_at(column),
            f"{column} has katakana of half width in {tally.said}.",
            f"{column}に半角カタカナがあります: {tally.said_ja}",
            "Export the column in full width.",
            "全角で書き出してください。",
        ),
    )


@rule("data/kana-has-kanji", "A reading is written in kana", "フリガナに漢字がない", Need.CONTACTS)
def kana_has_kanji(draft: Draft) -> Iterator[Verdict]:
    """Kanji in the column for the reading mean that columns were mixed up, or a form was filled in wrongly.

    Single rows are a warning; where at least half of the column is kanji, another column was taken.

    Remedy: correct the column of the segment, or the rows.
    """
    none = NotApplicable("the segment has no column for a reading", "フリガナの項目がありません")
    listed = tuple(columns.kana(draft))
    yield from in_columns(draft, listed, none, Flaw.KANJI, lambda *found: _kanji(draft, *found))


def _kanji(draft: Draft, column: str, tally: Tally) -> Objection:
    whole = 2 * tally.rows >= draft.audience.size
    return Objection(
        draft.column_at(column),
        f"{column} holds kanji in {tally.said}.",
        f"{column}に漢字が入っています: {tally.said_ja}",
        "Look whether this is the right column, and correct the contacts.",
        "項目の取り違えがないか確認し、名簿を直してください。",
        None if whole else Severity.WARNING,
    )
