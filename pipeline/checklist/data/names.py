"""What does not belong into a name: phone numbers, addresses, honorifics, nothing at all."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pipeline.checklist.data import columns
from pipeline.checklist.data.survey import Flaw, surveyed
from pipeline.checklist.draft import Draft
from pipeline.checklist.masking import Tally
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.workspace.folder import NotText, text_of

NO_NAMES: Final = NotApplicable("the segment has no column with names", "名前の項目がありません")
NO_COLUMNS: Final = NotApplicable("the segment has no columns", "差し込む項目がありません")
#: Shared pieces that are followed from one another.
_PIECES_MAX: Final = 100
_INCLUDED: Final = re.compile(r"""["'](_shared/[\w./-]{1,200})["']""")


def in_columns(
    draft: Draft,
    listed: Sequence[str],
    nothing: NotApplicable,
    flaw: Flaw,
    say: Callable[[str, Tally], Objection],
) -> Iterator[Verdict]:
    """One objection for each of these columns in which a value has the flaw; `nothing` without a column."""
    if not listed:
        yield nothing
    survey = draft.audience.once(surveyed)
    for column in listed:
        if flaw in survey[column].flaws:
            yield say(column, survey[column].flaws[flaw])


@rule("data/phone-in-name", "No name holds a phone number", "名前に電話番号が入っていない", Need.CONTACTS)
def phone_in_name(draft: Draft) -> Iterator[Verdict]:
    """A phone number in the salutation shows a customer his own data where they do not belong.

    Remedy: correct the rows, or the column that the source takes for the name.

    Misses: numbers of fewer than nine digits, such as local ones without an area code.
    """
    yield from in_columns(
        draft,
        _named_and_read(draft),
        NO_NAMES,
        Flaw.PHONE,
        lambda column, tally: Objection(
            draft.column_at(column),
            f"{column} holds a phone number in {tally.said}.",
            f"{column}に電話番号が入っています: {tally.said_ja}",
            "Correct these rows in the contacts, or the column in policy.yaml.",
            "名簿の該当行か、policy.yamlの項目名を直してください。",
        ),
    )


@rule(
    "data/address-in-name",
    "No name holds an address",
    "名前に住所やメールアドレスが入っていない",
    Need.CONTACTS,
)
def address_in_name(draft: Draft) -> Iterator[Verdict]:
    """An address in the salutation, by post or by mail, is a form that was filled in one field too late.

    Remedy: correct the rows, or the column that the source takes for the name.

    Misses: addresses without a prefecture, postal code, block number, 丁目 or 番地.
    """
    yield from in_columns(
        draft,
        _named_and_read(draft),
        NO_NAMES,
        Flaw.ADDRESS,
        lambda column, tally: Objection(
            draft.column_at(column),
            f"{column} holds an address in {tally.said}.",
            f"{column}に住所やメールアドレスが入っています: {tally.said_ja}",
            "Correct these rows in the contacts, or the column in policy.yaml.",
            "名簿の該当行か、policy.yamlの項目名を直してください。",
        ),
    )


@rule("data/name-has-honorific", "No name holds an honorific", "名前に敬称が入っていない", Need.CONTACTS)
def name_has_honorific(draft: Draft) -> Iterator[Verdict]:
    """A name with 様 in the contacts becomes 様様 in the mail; Mr. in the name becomes Dear Mr. Mr.

    Remedy: take the honorific out of the rows; templates add it.

    Misses: 君, 氏, 殿 without a space, and さん after kana, all of which end names as well.
    """
    yield from in_columns(
        draft,
        tuple(columns.names(draft)),
        NO_NAMES,
        Flaw.HONORIFIC,
        lambda column, tally: Objection(
            draft.column_at(column),
            f"{column} holds an honorific in {tally.said}.",
            f"{column}に敬称が入っています: {tally.said_ja}",
            "Take the honorific out of these rows; the template adds it.",
            "名簿の該当行から敬称を除いてください。敬称はテンプレートで付けます。",
        ),
    )


@rule("data/name-empty", "Every name that is shown is there", "表示する名前が空欄ではない", Need.CONTACTS)
def name_empty(draft: Draft) -> Iterator[Verdict]:
    """A salutation without a name, a lone 様, is worse than none, and NULL様 is what people photograph.

    An empty name is allowed where the template has words for it: `{{ recipient.family_name or 'お客' }}様`,
    `default`, or an `if` about the column. A word for nothing (NULL, 不明, a hyphen) is never a name.

    Remedy: fill the rows, or write what stands there for somebody without a name.

    Misses: whether an `if` really stands around the place where the name is shown.
    """
    listed = tuple(columns.names(draft))
    if not listed:
        yield NO_NAMES
    survey, texts = draft.audience.once(surveyed), tuple(_templates(draft))
    for column in listed:
        flaws = survey[column].flaws
        if Flaw.NOTHING_IN_WORDS in flaws:
            yield _nothing_in_words(draft, column, flaws[Flaw.NOTHING_IN_WORDS])
        if Flaw.NOTHING in flaws and any(_shown_bare(text, column) for text in texts):
            yield _nothing(draft, column, flaws[Flaw.NOTHING])


def _nothing_in_words(draft: Draft, column: str, tally: Tally) -> Objection:
    return Objection(
        draft.column_at(column),
        f"{column} says NULL, a hyphen or another word for nothing in {tally.said}.",
        f"{column}に「NULL」「不明」など、名前ではない値が入っています: {tally.said_ja}",
        "Leave the column empty in these rows, or fill in the name.",
        "名簿の該当行を空欄にするか、名前を入れてください。",
    )


def _nothing(draft: Draft, column: str, tally: Tally) -> Objection:
    return Objection(
        draft.column_at(column),
        f"{column} is empty in {tally.said}, and the mail shows it without words for that case.",
        f"{column}が空欄です: {tally.said_ja}。空欄の場合の文言がありません。",
        f"Write {{{{ recipient.{column} or 'お客' }}}} or an if, or fill the rows.",
        f"{{{{ recipient.{column} or 'お客' }}}}のように書くか、名簿に名前を入れてください。",
    )


def _named_and_read(draft: Draft) -> tuple[str, ...]:
    """Names, and how they are read."""
    return tuple(dict.fromkeys((*columns.names(draft), *columns.kana(draft))))


def _shown_bare(text: str, column: str) -> bool:
    """Whether a template shows the column without words for somebody whose value is empty."""
    named = re.escape(f"recipient.{column}")
    if re.search(rf"\{{%-?\s*(?:if|elif)\b[^%]*{named}\b", text):
        return False
    shown = re.findall(rf"\{{\{{[^{{}}]*{named}\b[^{{}}]*\}}\}}", text)
    return any(not re.search(r"\b(?:or|if|default|d\()\b|\|\s*d\(", each) for each in shown)


def shown_at_all(draft: Draft, column: str) -> bool:
    """Whether a template of the campaign names the column."""
    named = re.compile(rf"recipient\.{re.escape(column)}\b")
    return any(named.search(text) for text in _templates(draft))


def _templates(draft: Draft) -> Iterator[str]:
    """Subject, preheader, the bodies and every piece that they include."""
    yield draft.campaign.subject
    yield draft.campaign.preheader or ""
    waiting = [name for name in (draft.campaign.body.html, draft.campaign.body.text) if name]
    waiting += [
        name for name in draft.files if name.endswith((".html", ".mjml", ".txt")) and name not in waiting
    ]
    for name in waiting:
        text = _read(draft.read(name))
        yield text
        yield from _pieces(draft, text, set())


def _pieces(draft: Draft, text: str, seen: set[str]) -> Iterator[str]:
    for name in _INCLUDED.findall(text):
        if name in seen or len(seen) >= _PIECES_MAX:
            continue
        seen.add(name)
        piece = _read(draft.read_shared(f"campaigns/{name}") or b"")
        yield piece
        yield from _pieces(draft, piece, seen)


def _read(data: bytes) -> str:
    try:
        return text_of(data)
    except NotText:
        return ""
