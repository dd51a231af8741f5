"""What the engine does with the answers of rules: places, personas, severities, waivers, later, bugs."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pipeline.checklist import catalogue
from pipeline.checklist.draft import Draft
from pipeline.checklist.means import Means
from pipeline.checklist.report import CampaignReport, Item, Status
from pipeline.checklist.rule import Need, Objection, Rule, Verdict, rule
from pipeline.checklist.run import run
from pipeline.errors import PipelineError
from pipeline.models.finding import Finding, Severity
from pipeline.sentence import Sentence
from tests.checklist.drafts import Case

WEEKDAY = next(each for each in catalogue.RULES if each.id == "wording/weekday")
WAIVER = next(each for each in catalogue.RULES if each.id == "settings/waiver")
PLACEHOLDER = next(each for each in catalogue.RULES if each.id == "wording/placeholder")
EMPTY = next(each for each in catalogue.RULES if each.id == "recipients/not-empty")
GROWTH = next(each for each in catalogue.RULES if each.id == "recipients/growth")
ON_THE_HOUR = next(each for each in catalogue.RULES if each.id == "settings/on-the-hour")
_WAIVED = "記念日 (suzuki, 2026-12-31)"
BAD = "12月1日(月)から\n"


def item(report: CampaignReport, name: str) -> Item:
    return next(each for each in report.items if each.rule == name)


def waiver(name: str = "wording/weekday", until: str = "2026-12-31") -> dict[str, Any]:
    return {"waivers": [{"rule": name, "reason": "記念日", "until": until, "by": "suzuki"}]}


def about(report: CampaignReport, name: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.rule == name]


def probe(*needs: Need, verdicts: Iterable[Verdict] = ()) -> tuple[Rule, list[Draft]]:
    """A rule that says `verdicts`, and the drafts it was shown."""
    seen: list[Draft] = []

    @rule("wording/probe", "Probe", "試し", *needs)
    def check(draft: Draft) -> Iterator[Verdict]:
        """Looks.

        Remedy: none.
        """
        seen.append(draft)
        yield from verdicts

    return check, seen


# --- Places


def test_a_mistake_in_a_shared_piece_is_reported_there_once_for_all_personas() -> None:
    case = Case(
        {
            "text": "{{ recipient.family_name }}様\n{% include '_shared/when.txt' %}",
            "shared": {"when.txt": f"\n\n  {BAD}"},
        }
    )
    (found,) = case.report(WEEKDAY).findings
    assert (found.path, found.position.line, found.position.column) == ("campaigns/_shared/when.txt", 3, 3)


def test_of_equal_words_the_place_with_the_same_surroundings_is_meant() -> None:
    text = "{% if false %}旧 12月1日(月)まで{% endif %}\n新 12月1日(月)から\n"
    (found,) = Case({"text": text}).report(WEEKDAY).findings
    assert (found.position.line, found.position.column) == (2, 3)


def test_words_that_a_template_puts_together_are_found_beside_what_is_literal() -> None:
    text = "一行目\n\nセールの開始は{{ '12月' }}{{ '1日(月)' }}からです\n"
    (found,) = Case({"text": text}).report(WEEKDAY).findings
    assert (found.path, found.position.line) == ("campaigns/sale/body.txt", 3)


def test_a_quoted_subject_is_found_in_its_line() -> None:
    (found,) = Case({"subject": "{{ recipient.family_name }}様: 12月1日(月)から"}).report(WEEKDAY).findings
    assert found.path == "campaigns/sale/campaign.yaml"
    assert found.position.line == 8


def test_a_made_text_part_leads_to_the_html_that_it_is_made_from() -> None:
    given = {"body": {"html": "body.html"}, "html": f"<p>{BAD}</p>"}
    (found,) = Case(given).report(WEEKDAY).findings
    assert found.path == "campaigns/sale/body.html"


# --- What a rule sees


def test_parts_are_what_a_reader_sees_block_by_block() -> None:
    watch, seen = probe(Need.RENDERED)
    html = (
        "<style>p {color: red}</style><table><tr><td>一</td><td>二</td></tr></table>"
        '<p>三<br>四 <b>五</b></p><div style="display:none">隠れ</div><script>六</script>'
        '<a href="https://www.hanamori.example/?a=1&amp;b=2"><b>見る</b></a>'
    )
    Case({"html": html, "preheader": "お知らせです"}).report(watch)
    (draft,) = seen
    (part,) = draft.parts_of("html")
    assert [line.rstrip() for line in part.text.split("\n")[:5]] == ["一", "二", "三", "四 五", "見る"]
    assert "隠れ" not in part.text
    assert (part.links[0].href, part.links[0].words) == ("https://www.hanamori.example/?a=1&b=2", "見る")
    assert [each.text for each in draft.parts_of("preheader")] == ["お知らせです"]
    assert draft.day == date(2026, 12, 1)
    assert str(draft.send_at) == "2026-12-01 10:20:00+09:00"


def test_a_part_that_reads_the_same_for_everybody_is_there_once() -> None:
    watch, seen = probe(Need.RENDERED)
    Case({"subject": "{{ recipient.family_name }}様へ"}).report(watch)
    (draft,) = seen
    assert len(draft.parts_of("subject")) > 1
    assert len(draft.mails) > 5


def test_a_bare_link_in_text_ends_before_japanese_and_a_full_stop() -> None:
    watch, seen = probe(Need.RENDERED)
    Case(
        {"text": "詳しくはhttps://www.hanamori.example/a?b=1をご覧ください。See https://x.example/y.\n"}
    ).report(watch)
    links = [link.href for link in seen[0].parts_of("text")[0].links]
    assert links[:2] == ["https://www.hanamori.example/a?b=1", "https://x.example/y"]


# --- Statuses


def test_a_rule_that_raises_could_not_run_and_the_others_go_on() -> None:
    @rule("wording/broken", "Broken", "壊れた", Need.RENDERED)
    def broken(draft: Draft) -> Iterator[Verdict]:
        """Raises.

        Remedy: none.
        """
        yield Objection(draft.at("subject"), "first", "初め")
        raise ZeroDivisionError("鈴木花子")

    report = Case({"text": BAD}).report(broken, WEEKDAY)
    assert item(report, "wording/broken").status is Status.COULD_NOT_RUN
    assert "ZeroDivisionError" in str(item(report, "wording/broken").reason)
    assert "鈴木" not in str(item(report, "wording/broken").reason)
    assert item(report, "wording/weekday").status is Status.FAIL
    assert not replace(report, findings=()).green


def test_a_rule_that_finds_a_million_places_names_some() -> None:
    watch, _ = probe(verdicts=())
    text = "".join(f"{number}番 ■■\n" for number in range(10_000))
    report = Case({"text": text}).report(PLACEHOLDER, watch)
    assert len(report.findings) == 25
    assert "25" in str(item(report, "wording/placeholder").reason)


def test_a_mail_that_does_not_render_cannot_be_judged() -> None:
    report = Case({"text": "{{ recipient.nothing }}"}).report(*catalogue.RULES)
    assert item(report, "system/undefined-variable").status is Status.FAIL
    assert item(report, "system/renders-for-every-persona").status is Status.COULD_NOT_RUN
    assert item(report, "wording/weekday").status is Status.COULD_NOT_RUN
    assert item(report, "recipients/not-empty").status is Status.PASS


def means(**more: Any) -> Means:
    case = Case()
    return replace(case._means(case.workspace()), **more)


def test_what_nobody_brought_along_is_left_for_later() -> None:
    workspace = Case().workspace()
    (report,) = run(workspace, ["sale"], means(looks_up=False, history=None)).campaigns
    absent = {Need.CONTACTS, Need.RECORD}
    later = {each.rule for each in report.items if each.status is Status.LATER}
    assert later == {rule.id for rule in catalogue.RULES if rule.needs & absent or rule.hold}
    assert {"recipients/not-empty", "recipients/growth", "data/swapped-names"} <= later
    assert report.green


def test_a_ledger_that_cannot_be_read_leaves_its_rules_for_later() -> None:
    gone = Sentence("The ledger is gone.", "配信台帳がありません。")

    def broken() -> tuple[Any, ...]:
        raise PipelineError(gone)

    (report,) = run(Case().workspace(), ["sale"], means(history=broken)).campaigns
    assert item(report, "recipients/growth") == Item("recipients/growth", Status.LATER, gone)
    assert item(report, "recipients/not-empty").status is Status.PASS


def test_what_a_person_confirms_is_listed() -> None:
    report = Case({"policy": {"checklist": {"confirm": ["content-is-true"]}}}).report(WEEKDAY)
    confirmed = item(report, "person/content-is-true")
    assert (confirmed.heading, confirmed.status) == ("person", Status.LATER)
    assert "Confirmed: content-is-true" in str(confirmed.reason)
    assert report.green


# --- Severities


@pytest.mark.parametrize(
    ("level", "status", "severities"),
    [
        ("error", Status.FAIL, {Severity.ERROR}),
        ("warning", Status.WARN, {Severity.WARNING}),
        ("info", Status.PASS, {Severity.INFO}),
        ("off", Status.NOT_APPLICABLE, set()),
    ],
)
def test_the_policy_weighs_a_rule_anew(level: str, status: Status, severities: set[Severity]) -> None:
    policy = {"checklist": {"severity": {"wording/weekday": level}}}
    report = Case({"text": BAD, "policy": policy}).report(WEEKDAY)
    assert item(report, "wording/weekday").status is status
    assert {finding.severity for finding in report.findings} == severities
    assert report.green is (level != "error")


def test_a_mandatory_rule_cannot_be_weighed_and_trying_is_a_finding() -> None:
    policy = {"checklist": {"severity": {"wording/placeholder": "off", "wording/weekdya": "off"}}}
    case = Case({"text": "[会社名]\n", "policy": policy})
    report = run(case.workspace(), ["sale"], means(), rules=(PLACEHOLDER,))
    assert item(report.campaigns[0], "wording/placeholder").status is Status.FAIL
    said = {finding.message.en: finding for finding in report.findings}
    assert {(f.rule, f.path) for f in said.values()} == {("settings/severity", "policy.yaml")}
    assert any("wording/placeholder is mandatory" in message for message in said)
    (unknown,) = [f for f in said.values() if "no rule wording/weekdya" in f.message.en]
    assert unknown.severity is Severity.WARNING
    assert "wording/weekday" in unknown.remedy.en
    assert not report.ok


def test_a_name_that_a_policy_has_for_a_rule_of_another_heading_counts() -> None:
    policy = {"checklist": {"severity": {"display/on-the-hour": "off"}}}
    case = Case({"schedule": {"send_at": "2026-12-01 10:00"}, "policy": policy})
    report = run(case.workspace(), ["sale"], means(), rules=(ON_THE_HOUR,))
    assert report.findings == ()
    assert item(report.campaigns[0], "settings/on-the-hour").status is Status.NOT_APPLICABLE
    on = run(
        Case({"schedule": {"send_at": "2026-12-01 10:00"}}).workspace(),
        ["sale"],
        means(),
        rules=(ON_THE_HOUR,),
    )
    assert on.campaigns[0].findings != ()


# --- Waivers


def test_a_waiver_sets_a_rule_aside_and_stays_visible() -> None:
    report = Case({"text": BAD, **waiver()}).report(WEEKDAY, WAIVER)
    assert item(report, "wording/weekday") == Item(
        "wording/weekday", Status.WAIVED, Sentence(_WAIVED, _WAIVED)
    )
    assert [finding.severity for finding in report.findings] == [Severity.INFO]
    assert report.green


@pytest.mark.parametrize(("until", "over"), [("2026-11-30", True), ("2026-12-01", False)])
def test_a_waiver_is_over_when_the_mail_leaves_after_its_last_day(until: str, *, over: bool) -> None:
    report = Case({"text": BAD, **waiver(until=until)}).report(WEEKDAY, WAIVER)
    assert item(report, "wording/weekday").status is (Status.FAIL if over else Status.WAIVED)
    assert [f.message.en for f in about(report, "settings/waiver")] == (
        [f"The waiver of wording/weekday ended on {until}."] if over else []
    )


def test_a_waiver_that_waives_nothing_is_a_finding() -> None:
    report = Case(waiver()).report(WEEKDAY, WAIVER)
    (found,) = about(report, "settings/waiver")
    assert "waives nothing" in found.message.en
    assert item(report, "settings/waiver").status is Status.WARN


def test_a_waiver_of_what_is_left_for_later_is_not_called_unused() -> None:
    case = Case(waiver("recipients/growth"))
    (report,) = run(case.workspace(), ["sale"], means(history=None), rules=(GROWTH, WAIVER)).campaigns
    assert about(report, "settings/waiver") == []


def test_a_mandatory_rule_cannot_be_waived_and_trying_is_a_finding() -> None:
    report = Case({"text": "[会社名]\n", **waiver("wording/placeholder")}).report(PLACEHOLDER, WAIVER)
    assert item(report, "wording/placeholder").status is Status.FAIL
    (found,) = about(report, "settings/waiver")
    assert found.severity is Severity.ERROR
    assert "mandatory" in found.message.en


def test_a_waiver_of_no_rule_is_a_finding_with_the_nearest_name() -> None:
    report = Case({"text": BAD, **waiver("wording/wekday")}).report(WEEKDAY, WAIVER)
    (found,) = about(report, "settings/waiver")
    assert found.remedy.en == "Did you mean `wording/weekday`?"
    assert found.severity is Severity.WARNING


# --- The catalogue


def test_what_must_never_be_set_aside_is_mandatory() -> None:
    mandatory = {each.id for each in catalogue.ALL if each.mandatory}
    assert mandatory >= {
        "system/unsubscribe",
        "system/approval",
        "system/undefined-variable",
        "system/renders-for-every-persona",
        "recipients/suppression",
        "wording/placeholder",
        "legal/postal-address",
        "legal/opt-out",
        "settings/waiver",
    }
