"""Parameters that count visits: utm_source and its kin."""

from collections import Counter
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl

from pipeline.checklist.display.addresses import Seen, ours, web_links
from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.finding import Severity

#: Google Analytics wants these three ("Campaign URL Builder").
_THREE: Final = ("source", "medium", "campaign")


@rule("display/utm", "Visits are counted for this campaign", "utmパラメーターが正しい", Need.RENDERED)
def utm(draft: Draft) -> Iterator[Verdict]:
    """A parameter left over from the last campaign, or given twice, counts this one's visits elsewhere.

    `tracking.utm` is added to links to our own hosts, but not where the author wrote one himself. What is
    written there must agree with it. Without `tracking.utm` the three of a link go together.

    Remedy: leave the parameters to `tracking.utm`.

    Misses: a campaign name that is consistently the last one's.
    """
    said = draft.campaign.tracking.utm
    links = [seen for seen in web_links(draft) if ours(draft, seen.address.host)]
    if not said and not any("utm_" in seen.address.query for seen in links):
        yield NotApplicable("no visits are counted", "utmを使っていません")
        return
    missing = [name for name in _THREE if said and name not in said]
    if missing:
        yield Objection(
            draft.at("tracking", "utm"),
            f"tracking.utm has no {', '.join(missing)}; visits are counted by source, medium and campaign.",
            f"tracking.utmに{'、'.join(missing)}がありません。",
            "Write all three.",
            "source、medium、campaignの3つを指定してください。",
            Severity.WARNING,
        )
    for seen in links:
        yield from _wrong(draft, seen)


def _wrong(draft: Draft, seen: Seen) -> Iterator[Objection]:
    said = draft.campaign.tracking.utm
    pairs = parse_qsl(seen.address.query, keep_blank_values=True)
    given = [(name.removeprefix("utm_"), value) for name, value in pairs if name.startswith("utm_")]
    twice = [name for name, count in Counter(name for name, _ in given).items() if count > 1]
    other = [(name, value) for name, value in given if said and said.get(name) != value]  # type: ignore[call-overload]
    present = {name for name, value in given if value}
    if "?" in seen.address.query:
        yield _objection(
            seen, "has a second “?”", "「?」が2つあります", "Join parameters with &.", "&でつないでください。"
        )
    elif twice:
        yield _objection(seen, f"has utm_{twice[0]} twice", f"utm_{twice[0]}が2つあります")
    elif other:
        name, value = other[0]
        yield _objection(
            seen,
            f"has utm_{name} “{value}”, which tracking.utm does not say",
            f"utm_{name}の「{value}」がtracking.utmと異なります",
        )
    elif given and not said and not present.issuperset(_THREE):
        lacks = ", ".join(f"utm_{name}" for name in _THREE if name not in present)
        yield _objection(seen, f"has no {lacks}", f"{lacks}がありません", severity=Severity.WARNING)


def _objection(
    seen: Seen,
    what: str,
    what_ja: str,
    remedy: str = "Take the parameters out of the link; tracking.utm adds them.",
    remedy_ja: str = "リンクからutmを削除し、tracking.utmに任せてください。",
    *,
    severity: Severity | None = None,
) -> Objection:
    message, message_ja = f"The link “{seen.shown}” {what}.", f"リンク「{seen.shown}」：{what_ja}。"
    return Objection(seen.place, message, message_ja, remedy, remedy_ja, severity)
