"""Which parts are looked at for what an author wrote: every wording once, whoever's values stand in it."""

from collections.abc import Sequence

import pytest

from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Mail
from pipeline.checklist.rule import Need, Objection, rule
from tests.checklist.drafts import Case

SEEN: list[Draft] = []


@rule("wording/seen", "Seen", "確認", Need.RENDERED)
def seen(draft: Draft) -> Sequence[Objection]:
    """Keeps the draft.

    Remedy: none.
    """
    SEEN[:] = [draft]
    return []


def draft_of(text: str, html: str = "<p>x</p>") -> Draft:
    Case({"text": text, "html": html}).report(seen)
    return SEEN[0]


def texts(mails: Sequence[Mail]) -> list[str]:
    return [part.text for mail in mails for part in mail.parts if part.name == "text"]


def test_people_whose_values_alone_differ_are_one() -> None:
    draft = draft_of("{{ recipient.family_name }}様、こんにちは")
    assert len(texts(draft.mails)) > 5
    # a name of one character is left where it is: it may stand anywhere in the words
    assert len(texts(draft.copied_mails)) == 2
    assert len([part for part in draft.copies if part.name == "text"]) == 2
    assert draft.copies[0].persona == draft.mails[0].persona


@pytest.mark.parametrize(
    "words",
    [
        "{% if recipient.family_name|length > 5 %}12月1日(月){% endif %}",
        "{{ {'O': 'あ'}[recipient.family_name[0]] if recipient.family_name[0] == 'O' else 'い' }}",
        "{{ '■' * (recipient.family_name|length) }}",
    ],
)
def test_what_an_author_wrote_for_some_alone_is_another(words: str) -> None:
    draft = draft_of(f"こんにちは{words}")
    wordings = {text.replace("\n", "") for text in texts(draft.mails)}
    copied = {part.text.replace("\n", "") for part in draft.copies if part.name == "text"}
    unlinked = {text.partition("https:")[0] for text in wordings}
    assert {text.partition("https:")[0] for text in copied} == unlinked
    assert len(unlinked) > 1


def test_a_link_that_differs_is_another_although_its_words_are_the_same() -> None:
    where = "{{ 'gold' if recipient.family_name|length > 5 else 'all' }}"
    draft = draft_of("x", f'<p><a href="https://www.hanamori.example/{where}">こちら</a></p>')
    hrefs = {link.href for part in draft.copies if part.name == "html" for link in part.links}
    assert {"https://www.hanamori.example/gold", "https://www.hanamori.example/all"} <= hrefs
