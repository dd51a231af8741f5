"""Whether the pages are there that links lead to."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from pipeline.checklist.display.addresses import Seen, address_of, links_of, ours, shortened
from pipeline.checklist.draft import Answer, Draft, NoAnswer
from pipeline.checklist.rule import CouldNotRun, Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.finding import Severity

#: More different pages than this in one campaign are hardly meant; asking them takes minutes.
_PAGES_MAX: Final = 200
_GONE: Final = frozenset({404, 410})
_SHY: Final = frozenset({401, 403, 405, 406, 429, 501, 999})
_SECRET: Final = re.compile(
    r"token|key|sig|signature|auth|secret|password|session|sid|uid|user_?id|member_?id|email|mail|e|hash|code|otp",
    re.IGNORECASE,
)
#: What no author would type: long, of letters and digits.
_TOKEN: Final = re.compile(r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_=.~-]{24,}")
_UNSUBSCRIBE: Final = re.compile(r"unsubscri|opt-?out|haishin-?teishi|/stop\b", re.IGNORECASE)


@rule(
    "display/link-alive",
    "The pages behind links are there",
    "リンク先のページが表示される",
    Need.RENDERED,
    Need.NETWORK,
)
def link_alive(draft: Draft) -> Iterator[Verdict]:
    """A link that leads to an error page is the most visible mistake of all.

    Every page is asked once, without the parameters that count visits. Where it redirects, that is shown; a
    redirect from a page to the front page is how a shop says that the page is gone. The title of the page
    must hold what `facts.titles` says. Links to unsubscribe, and those with something in them that may be a
    person's, are never asked. With `links.verify: delivery` a page may be missing until then: that is a
    warning, and delivery waits for it.

    Remedy: publish the page, or correct the link.

    Misses: pages that say 200 and show an error (give the title), pages that need a login, those behind
    personal links.
    """
    pages = _pages(draft)
    if not pages:
        yield NotApplicable("no link can be asked", "確認できるリンクがありません")
        return
    if len(pages) > _PAGES_MAX:
        yield CouldNotRun(
            f"the mail links to more than {_PAGES_MAX} pages", f"リンク先が{_PAGES_MAX}ページを超えています"
        )
        return
    titles = _titles(draft)
    early = draft.policy.links.verify == "delivery" and not draft.at_delivery
    for (url, seen), answer in zip(pages.items(), draft.fetch(list(pages)), strict=True):
        for objection in _judged(draft, seen, answer, titles.get(url, "")):
            # a page may be published later: delivery waits for it
            yield replace(objection, severity=objection.severity or Severity.WARNING) if early else objection


def _titles(draft: Draft) -> dict[str, str]:
    """The words that the title of a page must hold, by its address."""
    facts = draft.facts
    return {
        address_of(facts.links[name]).plain: words
        for name, words in facts.titles.items()
        if name in facts.links and not address_of(facts.links[name]).broken
    }


def _pages(draft: Draft) -> dict[str, Seen]:
    """The pages that may be asked, each with the first link to it."""
    own = {mail.unsubscribe_url for mail in draft.mails} | {draft.policy.organisation.unsubscribe_base}
    bases = tuple(filter(None, own))
    people = {word for mail in draft.mails for word in (mail.message.to, mail.persona) if word}
    everywhere = _in_every_mail(draft)
    found: dict[str, Seen] = {}
    for seen in links_of(draft):
        url = seen.link.href.strip()
        if not seen.address.web or not seen.address.host or url.startswith(bases) or _personal(url, people):
            continue
        if (
            url in everywhere
            or seen.part.near(url, seen.address.plain).position != seen.part.fallback.position
        ):
            found.setdefault(seen.address.plain, seen)
    return found


def _in_every_mail(draft: Draft) -> frozenset[str]:
    """What everybody gets is nobody's own."""
    sets = [
        frozenset(link.href.strip() for part in mail.parts for link in part.links) for mail in draft.mails
    ]
    return frozenset.intersection(*sets) if len(sets) > 1 else frozenset()


def _personal(url: str, people: set[str]) -> bool:
    """Whether asking might do something in somebody's name."""
    split = urlsplit(url)
    pairs = parse_qsl(split.query, keep_blank_values=True)
    return (
        bool(_UNSUBSCRIBE.search(f"{split.path}?{split.query}"))
        or any(_SECRET.fullmatch(name) or _TOKEN.fullmatch(value) for name, value in pairs)
        or any(_TOKEN.fullmatch(piece) for piece in split.path.split("/"))
        or any(word in url for word in people)
    )


def _judged(draft: Draft, seen: Seen, answer: Answer | NoAnswer, title: str) -> Iterator[Objection]:
    shown = shortened(seen.address.plain)
    if isinstance(answer, NoAnswer):
        yield _objection(
            seen,
            f"“{shown}” cannot be opened: {answer.reason}.",
            f"「{shown}」を開けません（{answer.reason_ja}）。",
        )
    elif answer.status in _SHY:
        yield _objection(
            seen,
            f"“{shown}” does not show itself to a machine (status {answer.status}); open it yourself.",
            f"「{shown}」は自動では確認できません（{answer.status}）。ブラウザーで開いて確認してください。",
            Severity.WARNING,
        )
    elif answer.status >= 400:  # noqa: PLR2004 RFC 9110: from here on it failed
        why, why_ja = (
            ("there is no page", "ページがありません")
            if answer.status in _GONE
            else ("the server has a fault", "サーバーでエラーが発生しています")
        )
        yield _objection(
            seen, f"“{shown}”: {why} (status {answer.status}).", f"「{shown}」：{why_ja}（{answer.status}）。"
        )
    else:
        yield from _redirected(draft, seen, answer)
        if title and title.casefold() not in answer.title.casefold():
            yield _objection(
                seen,
                f"The title of “{shown}” is “{shortened(answer.title)}”, without “{title}”.",
                f"「{shown}」のタイトルは「{shortened(answer.title)}」で、「{title}」が含まれていません。",
            )


def _redirected(draft: Draft, seen: Seen, answer: Answer) -> Iterator[Objection]:
    asked, found = address_of(seen.address.plain), address_of(answer.url)
    if (asked.host, asked.path.rstrip("/"), asked.query) == (found.host, found.path.rstrip("/"), found.query):
        return
    shown, there = shortened(asked.url), shortened(answer.url)
    if asked.path.strip("/") and not found.path.strip("/"):
        yield _objection(
            seen,
            f"“{shown}” is redirected to the front page “{there}”: the page is probably gone.",
            f"「{shown}」がトップページ「{there}」に転送されます。ページがなくなった可能性があります。",
            Severity.WARNING,
        )
        return
    strange = asked.domain != found.domain and not ours(draft, found.host)
    yield _objection(
        seen,
        f"“{shown}” is redirected to “{there}”.",
        f"「{shown}」は「{there}」に転送されます。",
        Severity.WARNING if strange else Severity.INFO,
    )


def _objection(seen: Seen, message: str, message_ja: str, severity: Severity | None = None) -> Objection:
    return Objection(
        seen.place,
        message,
        message_ja,
        "Open the link in a browser; publish the page, or correct the link.",
        "ブラウザーで開いて確認し、ページを公開するか、リンクを直してください。",
        severity,
    )
