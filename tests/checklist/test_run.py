import re
from pathlib import Path

import pytest

import pipeline
from pipeline.checklist.catalogue import ALIASES, ALL, RULES
from pipeline.checklist.means import Means
from pipeline.checklist.report import CampaignReport, Item, Status
from pipeline.checklist.rule import HEADINGS, Need
from pipeline.checklist.run import run
from pipeline.clock import SystemClock
from pipeline.models.finding import Finding, Severity
from pipeline.sentence import Sentence
from pipeline.wiring import contacts_of
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from tests.stories.story import Story, make_story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = make_story(tmp_path / "repository")
    story.change(story.campaign())
    return story


def report(story: Story, campaign: str = "sale") -> CampaignReport:
    with Repository.open(story.root) as repository:
        workspace = loading.load(repository.working_tree())
        means = Means(SystemClock().now(), contacts_of(story.root))
        return run(workspace, [campaign], means).campaigns[0]


def statuses(found: CampaignReport) -> dict[str, Status]:
    return {item.rule: item.status for item in found.items}


def test_every_rule_that_any_part_names_is_in_the_catalogue() -> None:
    heading = "|".join(HEADINGS)
    literal = re.compile(rf'"((?:{heading})/[a-z0-9-]+)"')
    sources = Path(pipeline.__file__).parent.rglob("*.py")
    named = {rule for path in sources for rule in literal.findall(path.read_text(encoding="utf-8"))}
    assert len(named) > 15
    assert named == {rule.id for rule in ALL} | ALIASES.keys()
    assert ALIASES.keys().isdisjoint(rule.id for rule in ALL)
    assert set(ALIASES.values()) <= {rule.id for rule in ALL}


def test_the_catalogue_names_each_rule_once_for_people_of_both_languages() -> None:
    assert len({rule.id for rule in ALL}) == len(ALL)
    for rule in ALL:
        assert rule.id.partition("/")[0] in HEADINGS
        assert rule.title
        assert re.search(r"[ぁ-んァ-ヶ一-龠]", rule.title_ja)


def test_the_list_is_complete_for_a_green_campaign(story: Story) -> None:
    found = report(story)
    assert list(statuses(found)) == [rule.id for rule in RULES]
    # without `links.verify: delivery` the network is not asked, and the item says so
    here = {rule.id for rule in RULES if Need.RECORD not in rule.needs and not rule.hold}
    assert {statuses(found)[rule] for rule in here} <= {Status.PASS, Status.NOT_APPLICABLE}
    assert {statuses(found)[rule.id] for rule in RULES if rule.id not in here} == {Status.LATER}
    assert found.green


def test_the_list_is_complete_for_a_campaign_that_cannot_be_read(story: Story) -> None:
    story.write({"campaigns/sale/campaign.yaml": "state: redy\n"})
    found = report(story)
    assert list(statuses(found)) == [rule.id for rule in RULES]
    assert statuses(found)["system/renders-for-every-persona"] is Status.COULD_NOT_RUN
    assert not found.green


def test_a_mistake_fails_its_own_item_and_rendering_could_not_run(story: Story) -> None:
    story.change(story.campaign(yaml=(story.root / "campaigns/sale/campaign.yaml").read_text().replace(
        "owner: mail-desk", "owner: nobody")), branch="again")  # fmt: skip
    found = statuses(report(story))
    assert found["settings/owner-exists"] is Status.FAIL
    assert found["system/renders-for-every-persona"] is Status.COULD_NOT_RUN


def test_without_contacts_the_columns_are_left_for_later(story: Story) -> None:
    (story.root / "members.csv").unlink()
    found = report(story)
    later = {item.rule: str(item.reason) for item in found.items if item.status is Status.LATER}
    assert "recipients/column-exists" in later
    of_people = {rule.id for rule in RULES if Need.CONTACTS in rule.needs and Need.RECORD not in rule.needs}
    assert of_people <= later.keys()
    assert all("members.csv" in later[rule] for rule in of_people)
    assert found.green


def test_a_mail_that_breaks_for_an_unusual_person_fails(story: Story) -> None:
    body = "{{ 1 / (0 if '<' in recipient.name else 1) }}\n{{ unsubscribe_url }}\n"
    story.write({"campaigns/sale/body.txt": body})
    found = report(story)
    assert statuses(found)["system/renders-for-every-persona"] is Status.FAIL
    (finding,) = found.findings
    assert (finding.path, finding.position.line) == ("campaigns/sale/body.txt", 1)


def test_what_could_not_run_blocks_and_a_warning_does_not() -> None:
    warning = Finding("settings/yamllint", "x", Sentence("m", "誤"), severity=Severity.WARNING)
    fine = Item("settings/yamllint", Status.WARN)
    assert CampaignReport("c", "d", (fine,), (warning,)).green
    assert not CampaignReport(
        "c", "d", (Item("system/renders-for-every-persona", Status.COULD_NOT_RUN, Sentence("x", "×")),), ()
    ).green
    assert not CampaignReport("c", "d", (fine,), (Finding("a/b", "x", Sentence("m", "誤")),)).green
