import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from pipeline.approvals import github_reasons as reasons
from pipeline.approvals.github_judge import Judged
from pipeline.checklist.report import CampaignReport, Item, Report, Status
from pipeline.cli.comment_approvals import NotAsked
from pipeline.cli.comment_text import MARKER, Links, comment
from pipeline.models.finding import Finding, Position, Severity
from pipeline.models.policy import Approvals, ApprovalStep, Checklist, Policy
from pipeline.plan.changes import Start, Unchanged
from pipeline.plan.delivery_plan import Forecast, steps
from pipeline.plan.report import Entry
from pipeline.sentence import Language, Sentence
from pipeline.workspace import typed
from pipeline.workspace.yaml_file import YamlFile, parse
from tests.plan.plans import NOW, PLAN
from tests.stories.story import POLICY

#: docs.github.com: a comment is at most so long.
GITHUB_MAX = 65_536
ID = PLAN.campaign
ENTRY = Entry(Start(ID), "冬のセール", PLAN, Forecast(1234, {"unsubscribed": 34}), steps(PLAN, 1234, NOW))
FOUND = Finding(
    "wording/style-mix",
    f"campaigns/{ID}/body.txt",
    Sentence("two styles", "文体が混在"),
    Sentence("choose one", "統一してください"),
    Position(7, 3),
    campaign=ID,
)


def _long(number: int, size: int) -> Sentence:
    return Sentence(f"{number} " + "@<あ" * size, f"{number} " + "@<あ" * size)


ITEMS = (
    Item("recipients/segment-exists", Status.PASS),
    Item("wording/style-mix", Status.FAIL),
    Item("wording/dates", Status.WARN),
    Item("recipients/growth", Status.LATER),
)
LINKS = Links(
    "https://github.example/hanamori/campaigns/blob/abc",
    "https://github.example/artifacts/1",
    "https://github.example/runs/2",
    "abcdef0123456789",
)
#: What an author may write, and what must not come of it.
NASTY = (
    "</details><img src=x onerror=alert(1)> @hanamori/operators #1 http://evil.example www.evil.example "
    "```\n# heading\n| a | b |\n<!-- postmerge: plan --> $(reboot) `sh` [x](javascript:alert(1)) ![y](//z)"
)


def _policy(language: str = "en", **more: object) -> Policy:
    file = parse("policy.yaml", POLICY.encode())
    assert isinstance(file, YamlFile)
    policy = typed.read(file, Policy, "settings/schema")
    assert isinstance(policy, Policy)
    return policy.model_copy(update={"language": language, **more})


def _comment(
    *findings: Finding,
    entry: Entry = ENTRY,
    language: Language = "en",
    links: Links = LINKS,
    said: Judged | NotAsked | None = None,
    asks: Mapping[str, object] = MappingProxyType({}),
) -> str:
    report = Report((CampaignReport(ID, "d" * 64, ITEMS, findings),), (), language)
    asked = None if said is None else {ID: said}
    return comment([entry], report, _policy(language, **asks), links, asked)


def test_it_says_what_a_merge_does_what_the_checklist_says_and_what_is_missing() -> None:
    text = _comment(FOUND)
    assert text.startswith(f"{MARKER}\n")
    plain = text.replace("\\", "")
    assert "1,234 (expected 500 to 5,000)" in plain
    assert "unsubscribed 34" in plain
    assert "**first message**: 2026-12-01 10:00 JST" in plain
    assert "01:00 UTC" in plain
    assert "**last message**: 2026-12-01" in text
    assert f"**content digest**: {'d' * 16}" in text
    assert "| recipients | 1 | 0 | 0 | 1 |" in text
    assert "| wording | 0 | 1 | 1 | 0 |" in text
    line = f"{LINKS.files}/campaigns/{ID}/body.txt#L7"
    assert f"- 🔴 [campaigns/{ID}/body.txt:7]({line}): two styles → choose one (wording/style-mix)" in plain
    assert "**Approvals**: needs 1 by people who wrote none of it, of exactly this content" in text
    assert f"`postmerge test-send {ID}`" in text
    assert "[Preview](https://github.example/artifacts/1)" in text
    assert "for commit abcdef012345" in text


def test_it_speaks_japanese_where_the_policy_does() -> None:
    text = _comment(FOUND, language="ja")
    assert "## マージすると起こること" in text
    assert "| 配信先 | 1 | 0 | 0 | 1 |" in text
    assert "作成に関わっていない方1名の、この内容への承認が必要です" in text
    assert "[プレビュー]" in text


def test_a_size_that_is_not_known_asks_for_at_least_so_many() -> None:
    assert "needs at least 1 by" in _comment(entry=replace(ENTRY, forecast=Forecast(None), steps=()))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_whatever_an_author_writes_stays_text(language: Language) -> None:
    finding = replace(
        FOUND,
        message=Sentence(NASTY, NASTY),
        remedy=Sentence(NASTY, NASTY),
        path=f"campaigns/{ID}/$(x) <b>@a.txt",
    )
    text = _comment(finding, entry=replace(ENTRY, title=NASTY), language=language)
    body = text.removeprefix(MARKER)
    assert "<!--" not in re.sub(r"\\<", "", body)
    assert re.search(r"(?<!\\)<", body) is None, "HTML"
    assert re.search(r"@[a-z]", body) is None, "a mention"
    assert re.search(r"#\d", re.sub(r"#L\d+\)", "", body)) is None, "an issue"
    assert "http://evil.example" not in body
    assert "www.evil" not in body
    assert re.search(r"^(```|# heading)", body, re.MULTILINE) is None
    targets = re.findall(r"\]\(([^)]*)\)", re.sub(r"\\[\[\]()]", "", body))
    assert all(target.startswith("https://github.example/") for target in targets)


@pytest.mark.parametrize(("campaigns", "findings", "size"), [(1, 1, 200_000), (1, 500, 400), (300, 30, 600)])
def test_it_is_never_longer_than_github_takes_and_ends_with_a_whole_line(
    campaigns: int, findings: int, size: int
) -> None:
    many = tuple(replace(FOUND, message=_long(n, size)) for n in range(findings))
    reports = tuple(CampaignReport(f"c{n}", "d" * 64, ITEMS, many) for n in range(campaigns))
    entries = [replace(ENTRY, change=Start(f"c{n}")) for n in range(campaigns)]
    text = comment(entries, Report(reports, many), _policy(), LINKS)
    assert len(text) < GITHUB_MAX
    assert text.endswith("\n")
    if findings > 20:
        assert "more: see the annotations and the run" in text
    if campaigns > 1:
        assert text.endswith("The rest does not fit into a comment: see the summary of the run.\n")


def test_the_worst_findings_come_first_and_those_of_no_campaign_last() -> None:
    mild = replace(FOUND, severity=Severity.INFO, message=Sentence("mild", "軽い"))
    stray = replace(FOUND, message=Sentence("stray", "はぐれ"), campaign=None, path="policy.yaml")
    report = Report((CampaignReport(ID, None, ITEMS, (mild, FOUND)),), (stray,))
    text = comment([ENTRY], report, _policy(), Links())
    assert text.index("two styles") < text.index("mild") < text.index("Outside of any campaign")
    assert "- 🔴 policy.yaml:7: stray" in text


def test_a_change_that_touches_no_campaign_says_so() -> None:
    text = comment([Entry(Unchanged("rest", None), "Rest")], Report((), ()), _policy(), Links())
    assert "No campaign starts, changes or stops." in text
    assert "1 other campaigns stay as they are." in text


#: More than a thousand people ask for two approvals.
ASKS: Mapping[str, object] = {
    "approvals": Approvals(above=(ApprovalStep(recipients=1000, required=2),)),
    "checklist": Checklist(confirm=("content-is-true", "audience-is-right")),
}
ONE_OF_TWO = Judged(
    ("sato",),
    frozenset({"content-is-true"}),
    (reasons.other_content("mori", merged=False), reasons.had_a_hand("suzuki", "pushed")),
    ("suzuki", "tanaka"),
)


def test_it_names_who_has_approved_what_and_who_is_missing() -> None:
    text = _comment(said=ONE_OF_TWO, asks=ASKS)
    listed = text[text.index("- **Approvals**") : text.index("- a test send")]
    assert listed == (
        f"- **Approvals**: 1 of 2, of exactly this content (`{'d' * 16}`)\n"
        "  - ✅ sato\n"
        "  - ❌ mori approved another content than is there now\n"
        "  - ❌ suzuki pushed a part of it, and cannot approve it\n"
        "  - ⏳ 1 more needed, by somebody who wrote none of it; suzuki, tanaka cannot\n"
        "- **To be confirmed**: ✅ content-is-true · ⬜ audience-is-right – an approver ticks them in the "
        "description before approving, or in the review\n"
    )


def test_it_does_so_in_japanese() -> None:
    text = _comment(said=ONE_OF_TWO, language="ja", asks=ASKS)
    assert f"- **承認**: この内容(`{'d' * 16}`)への承認は2名中1名\n  - ✅ sato\n" in text
    anew = "現在の内容をもう一度確認して、承認してもらってください"
    assert f"  - ❌ moriさんが承認した後に内容が変わりました。{anew}\n" in text
    assert "  - ❌ suzukiさんはこのブランチにプッシュしたため、承認できません\n" in text
    more = "あと1名、作成に関わっていない方の承認が必要です(suzuki、tanakaは作成に関わったため承認できません)"
    assert f"  - ⏳ {more}\n" in text.replace("\\", "")
    assert "- **確認項目**: ✅ content-is-true · ⬜ audience-is-right" in text


def test_enough_is_enough_and_an_unknown_size_asks_for_at_least_so_many() -> None:
    both = replace(ONE_OF_TWO, approvers=("sato", "mori"), reasons=())
    assert "  - ✅ mori\n  - enough\n" in _comment(said=both, asks=ASKS)
    unknown = replace(ENTRY, forecast=Forecast(None), steps=())
    assert "1 of at least 1, of exactly this content" in _comment(said=ONE_OF_TWO, entry=unknown, asks=ASKS)


def test_where_github_cannot_be_asked_it_says_so_and_what_is_needed() -> None:
    text = _comment(
        said=NotAsked(Sentence("GitHub cannot be asked: <b>502</b>", "問い合わせできません")), asks=ASKS
    )
    assert "needs 2 by people who wrote none of it" in text
    assert "who has approved is not known: GitHub cannot be asked: \\<b\\>502" in text
    assert "to be ticked by an approver: content-is-true, audience-is-right" in text


def test_somebody_who_asks_for_changes_is_named_as_what_holds_it() -> None:
    blocked = Judged((), frozenset(), (reasons.asks_for_changes("mori", 7),), ("suzuki",), blocked=True)
    text = _comment(said=blocked, asks=ASKS)
    assert "mori asks for changes" in text
    assert "  - ⛔ nothing leaves until whoever asks for changes approves" in text
    assert "more needed" not in text
