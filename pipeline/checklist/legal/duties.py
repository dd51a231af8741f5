"""What an advertisement must say about itself: who sends it, where from, how to stop it, where to complain.

Two laws ask for it. 特定電子メールの送信の適正化等に関する法律 (the Act on specified electronic mail, 2002),
article 4, with article 9 of its ordinance (施行規則): name of the sender, an address or URL to refuse at, the
statement that one can refuse, postal address, and a telephone number, mail address or URL for complaints and
questions. CAN-SPAM (15 U.S.C. § 7704(a)(5)): a clear notice of how to opt out, and a postal address. A reader
sees one of the two parts, so each part says it all.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.legal.seen import seen, squeezed
from pipeline.checklist.mail import Part
from pipeline.checklist.places import Place
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.campaign import Kind
from pipeline.models.finding import Severity

_NOTICE: Final = NotApplicable("it is no marketing", "販促のメールではありません")
# In squeezed text: one width, lower case, no white space.
_POSTAL: Final = re.compile(
    r"〒?\d{3}[-−ー]\d{4}[^\d\s]{2,3}[都道府県]|[都道府県][^\s、。]{1,12}[市区町村郡][^\s、。]{1,40}?\d"
    r"|p\.?o\.?box\d|\d{1,5}[a-z.,'-]{2,40}(?:street|avenue|road|boulevard|lane|drive|square|suite|floor)"
    r"|\d{1,4}(?:-\d{1,4})+,?[a-z]{2,20}(?:-(?:ku|cho|machi|shi|dori))?,[a-z,-]*(?:tokyo|osaka|kyoto|japan)"
)
_STOP: Final = re.compile(
    r"配信[をの]?(?:停止|中止|解除|拒否)|(?:受信|購読)[をの]?(?:停止|中止|解除|拒否)|配信[をが]?(?:希望|不要|必要)"
    r"|配信をとめ|配信を止め|メール[をの](?:停止|解除|止め)|オプトアウト|購読をやめ|配信をやめ|解約|登録[をの]?解除"
    r"|unsubscrib|opt[- ]?out|stop(?:receiving|these|this|our|getting|all)|nolonger(?:wish|want)|turnthese"
    r"|(?:email|mail|subscription)preferences|removeyourself"
)
_CONTACT: Final = re.compile(
    r"(?:お?問い?合わ?せ|苦情|ご意見|ご連絡|ご相談|窓口|contact|complain|question|help|support)"
)
_REACHED: Final = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+|0\d{1,4}[-(]\d{1,4}[-)]\d{3,4}|0120\d{6}|\+\d{6,}|https?://"
)

#: What a part must say: whether it does, from its squeezed words.
Says = Callable[[Draft, Part, str], bool]


@rule(
    "legal/sender-named",
    "The mail says who sends it",
    "送信者の名称を表示している",
    Need.RENDERED,
    mandatory=True,
)
def sender_named(draft: Draft) -> Iterator[Verdict]:
    """A reader has a right to know which company writes, and a shop's name is not always the company's.

    特定電子メール法 article 4, no. 1: the name of the sender, in the mail itself. CAN-SPAM
    (15 U.S.C. § 7704(a)(1)) wants From to be true; an English mail without the name in its text is a warning.

    Remedy: show `{{ organisation.name }}` in both parts, best through the shared footer.

    Misses: whether that is the one for whom the mail is sent, when that is somebody else.
    """
    if draft.kind is Kind.TRANSACTIONAL:
        yield _NOTICE
        return
    yield from _lacking(
        draft,
        _names_the_sender,
        ("the name of the sender", "送信者の名称"),
        "{{ organisation.name }}",
        weighs=draft.language == "ja" and draft.kind is Kind.MARKETING,
    )


@rule(
    "legal/postal-address",
    "The mail says where the sender is",
    "住所を表示している",
    Need.RENDERED,
    mandatory=True,
)
def postal_address(draft: Draft) -> Iterator[Verdict]:
    """An advertisement has to say where its sender can be found.

    特定電子メール法 article 4, no. 3 with 施行規則 article 9; CAN-SPAM, 15 U.S.C. § 7704(a)(5)(A)(iii).

    Remedy: show `{{ organisation.postal_address }}` in both parts, best through the shared footer.

    Misses: whether it is the right address, where it is written by hand. The Japanese ordinance allows the
    address to stand on a page that the mail links to; this asks for it in the mail, as the American law does.
    """
    if draft.kind is not Kind.MARKETING:
        yield _NOTICE
        return
    yield from _lacking(
        draft, _has_an_address, ("a postal address", "住所"), "{{ organisation.postal_address }}", weighs=True
    )


@rule(
    "legal/opt-out",
    "The mail says that one can refuse",
    "配信を停止できる旨を表示している",
    Need.RENDERED,
    mandatory=True,
)
def opt_out(draft: Draft) -> Iterator[Verdict]:
    """A bare link is no notice: the mail says in words that one can refuse further mail, and where.

    特定電子メール法 article 4, no. 2 (where to refuse) and 施行規則 article 9 (that one can);
    CAN-SPAM, 15 U.S.C. § 7704(a)(5)(A)(ii). That the link is there, `system/unsubscribe` asks.

    Remedy: write a sentence such as 配信の停止をご希望の方は… or “Unsubscribe from these emails” at the link.

    Misses: whether the sentence is clear; words for refusing that it does not know.
    """
    if draft.kind is not Kind.MARKETING:
        yield _NOTICE
        return
    yield from _lacking(
        draft,
        lambda _draft, _part, words: bool(_STOP.search(words)),
        ("the statement that one can unsubscribe", "配信を停止できる旨の説明"),
        "配信の停止をご希望の方は / Unsubscribe",
        weighs=True,
    )


@rule(
    "legal/contact",
    "The mail says where to ask and to complain",
    "問い合わせ・苦情の窓口がある",
    Need.RENDERED,
)
def contact(draft: Draft) -> Iterator[Verdict]:
    """Whoever has a complaint and finds nobody to tell it to tells everybody.

    特定電子メール法 article 4, no. 3 with 施行規則 article 9: a telephone number, mail address or URL for
    complaints and questions. In an English mail and in an apology it is no duty of these laws, and a warning.

    Remedy: show `{{ organisation.contact }}` in both parts, best through the shared footer.

    Misses: whether anybody answers there.
    """
    if draft.kind is Kind.TRANSACTIONAL:
        yield _NOTICE
        return
    yield from _lacking(
        draft,
        _can_be_reached,
        ("a contact for questions and complaints", "苦情・問い合わせの窓口"),
        "{{ organisation.contact }}",
        weighs=draft.language == "ja" and draft.kind is Kind.MARKETING,
    )


def _lacking(
    draft: Draft, says: Says, what: tuple[str, str], write: str, *, weighs: bool
) -> Iterator[Objection]:
    """An objection for each part that does not say it where it can be seen."""
    for part in draft.copies_of("html", "text"):
        if says(draft, part, seen(part)):
            continue
        where, where_ja = ("HTML", "HTML") if part.name == "html" else ("text", "テキスト")
        yield Objection(
            _end_of(part),
            f"The {where} part does not show {what[0]}.",
            f"{where_ja}パートに、{what[1]}が表示されていません。",
            f"Add “{write}” where it can be seen, best through the shared footer.",
            f"「{write}」を見える場所に入れてください(共有フッターを使うのが確実です)。",
            None if weighs else Severity.WARNING,
        )


def _end_of(part: Part) -> Place:
    """Where a footer belongs: behind the last words that a template has, or else the template."""
    last = part.at(max(0, len(part.text.rstrip()) - 1))
    return part.near() if last.path.endswith(".yaml") else last


def _names_the_sender(draft: Draft, _part: Part, words: str) -> bool:
    return squeezed(draft.policy.organisation.name) in words


def _has_an_address(draft: Draft, _part: Part, words: str) -> bool:
    return squeezed(draft.policy.organisation.postal_address) in words or bool(_POSTAL.search(words))


def _can_be_reached(draft: Draft, part: Part, words: str) -> bool:
    given = draft.policy.organisation.contact
    if squeezed(given) in words or any(link.href == given and link.words for link in part.links):
        return True
    named = any(_CONTACT.search(squeezed(link.words)) for link in part.links)
    return named or bool(_CONTACT.search(words) and _REACHED.search(words))
