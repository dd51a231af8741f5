"""The page as HTML: its language, and what no mail program runs."""

from collections.abc import Iterator
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.markup import Element
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule

_NO_HTML = NotApplicable("there is no HTML part", "HTMLパートがありません")
#: What mail programs take out, or refuse the mail for.
_ACTIVE: Final = frozenset(
    {
        "script",
        "form",
        "input",
        "textarea",
        "select",
        "button",
        "iframe",
        "frame",
        "object",
        "embed",
        "applet",
    }
)
#: Data for Gmail's own features (annotations, actions) are no program.
_DATA: Final = frozenset({"application/ld+json", "application/json"})


@rule("display/html-lang", "The page says its language", "HTMLの言語が指定されている", Need.RENDERED)
def html_lang(draft: Draft) -> Iterator[Verdict]:
    """Without its language a page is read out in the wrong one, and shows Chinese forms of kanji.

    Remedy: `<html lang="ja">`, or `<mjml lang="ja">`.
    """
    if not draft.copies_of("html"):
        yield _NO_HTML
    for part in draft.copies_of("html"):
        top = next((each for each in part.page.elements if each.tag == "html"), None)
        said = top.attributes.get("lang", "") if top is not None else ""
        if said.casefold().partition("-")[0] == draft.language:
            continue
        found, found_ja = (f"says “{said}”", f"「{said}」") if said else ("says none", "指定なし")
        yield Objection(
            part.near(f'lang="{said}"', "<html", "<mjml"),
            f"The language of the page is “{draft.language}”; its HTML {found}.",
            f"本文の言語は「{draft.language}」ですが、HTMLのlangは{found_ja}です。",
            f'Write lang="{draft.language}" into the first tag, <html> or <mjml>.',
            f'先頭の<html>または<mjml>にlang="{draft.language}"を書いてください。',
        )


@rule("display/script-or-form", "Nothing in the mail runs", "スクリプトやフォームがない", Need.RENDERED)
def script_or_form(draft: Draft) -> Iterator[Verdict]:
    """Mail programs take out scripts, forms and frames, or take the whole mail for an attack.

    Remedy: take it out; a link to a page does the same.

    Misses: what only Outlook reads, in comments.
    """
    if not draft.copies_of("html"):
        yield _NO_HTML
    for part in draft.copies_of("html"):
        for element in part.page.elements:
            if what := _runs(element):
                yield Objection(
                    part.near(*filter(None, (what, *element.attributes.values())), f"<{element.tag}"),
                    f"“{what}” does not work in a mail, and makes spam filters suspicious.",
                    f"「{what}」はメールでは動作せず、迷惑メールと判定される原因になります。",
                    "Take it out; link to a page instead.",
                    "削除し、Webページへのリンクにしてください。",
                )


def _runs(element: Element) -> str:
    """What of an element would run; empty when nothing does."""
    given = element.attributes
    if element.tag == "script" and given.get("type", "").casefold() in _DATA:
        return ""
    if element.tag in _ACTIVE:
        return f"<{element.tag}"
    if element.tag == "meta" and given.get("http-equiv", "").casefold() == "refresh":
        return "http-equiv"
    return next((name for name in given if name.startswith("on") and name.isalpha()), "")
