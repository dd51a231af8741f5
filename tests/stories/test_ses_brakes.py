"""Brakes on a target that sends through SES: the hold first, then the switch of the configuration set."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import cli
from pipeline.ledger.sqlite import SqliteLedger
from tests.ses_double import Double, running
from tests.stories.story import AT_ONCE, POLICY, Story, make_story

_OUTBOX = "transport: {outbox: .postmerge/outbox}"
_SES = "transport: {ses: {region: ap-northeast-1}}"
_SENDER = "senders: {news: {name: はなもり通販, address: news@mail.hanamori.example}}"
_SENDERS = """\
senders:
  news: {name: Hanamori, address: news@mail.hanamori.example, configuration_set: campaigns}
  service: {name: Service, address: service@mail.hanamori.example, configuration_set: notices}
  shop: {name: Shop, address: shop@mail.hanamori.example, configuration_set: campaigns}
"""


@pytest.fixture(scope="module")
def service() -> Iterator[Double]:
    with running() as double:
        yield double


@pytest.fixture
def ses(service: Double, monkeypatch: pytest.MonkeyPatch) -> Double:
    service.reset()
    service.lend(monkeypatch)
    return service


@pytest.fixture
def story(tmp_path: Path, ses: Double) -> Story:
    del ses
    story = make_story(tmp_path / "repository", members=3)
    story.write({"policy.yaml": POLICY.replace(_OUTBOX, _SES).replace(_SENDER, _SENDERS)})
    for name, sender in (("sale", "news"), ("notice", "service"), ("shop", "shop")):
        text = AT_ONCE.replace("from: news", f"from: {sender}")
        story.write({path: str(words) for path, words in story.campaign(name, text).items()})
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Send through SES")
    return story


def _run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(
        cli, ["-C", str(folder), *words, "--reason", "wrong price"], catch_exceptions=False
    )


def _off(ses: Double) -> set[str]:
    client = ses.client()
    names = ("campaigns", "notices")
    sets = {name: client.get_configuration_set(ConfigurationSetName=name) for name in names}
    return {name for name, found in sets.items() if not found["SendingOptions"]["SendingEnabled"]}


def _holds(story: Story, campaign: str = "sale") -> list[str]:
    ledger = SqliteLedger(story.root / ".postmerge/ledger.db")
    try:
        return [hold.scope for hold in ledger.holds(campaign)]
    finally:
        ledger.close()


def test_a_halt_switches_its_senders_set_off_and_a_release_on_again(story: Story, ses: Double) -> None:
    halted = _run(story.root, "halt", "sale")
    assert halted.exit_code == 0, halted.output
    assert "configuration set campaigns" in halted.stdout
    assert "from news, shop meanwhile" in " ".join(halted.stdout.split())
    assert (_off(ses), _holds(story)) == ({"campaigns"}, ["sale"])
    released = _run(story.root, "release", "sale")
    assert "Switched on again in SES: the configuration set campaigns." in released.stdout
    assert (_off(ses), _holds(story)) == (set(), [])


def test_a_set_stays_off_until_the_last_halt_that_switched_it_off_is_lifted(
    story: Story, ses: Double
) -> None:
    _run(story.root, "halt", "sale")
    _run(story.root, "halt", "shop")
    kept = _run(story.root, "release", "sale")
    assert "campaigns stays off in SES: a hold on shop stands" in " ".join(kept.stdout.split())
    assert _off(ses) == {"campaigns"}
    _run(story.root, "release", "shop")
    assert _off(ses) == set()


def test_a_halt_of_everything_switches_every_set_off(story: Story, ses: Double) -> None:
    _run(story.root, "halt", "--all")
    assert _off(ses) == {"campaigns", "notices"}
    _run(story.root, "halt", "sale")
    _run(story.root, "release", "--all")
    assert _off(ses) == {"campaigns"}


def test_the_switch_can_be_left_alone(story: Story, ses: Double) -> None:
    assert _run(story.root, "halt", "sale", "--hold-only").exit_code == 0
    assert (_off(ses), _holds(story)) == (set(), ["sale"])
    assert "Switched on" not in _run(story.root, "release", "sale").stdout


@pytest.mark.parametrize("fault", ["error", "gone"])
def test_where_ses_does_not_obey_the_hold_stands_all_the_same(story: Story, ses: Double, fault: str) -> None:
    if fault == "gone":
        ses.change(configuration_sets=["notices"])
    else:
        operation = "PutConfigurationSetSendingOptions"
        denied = {"status": 403, "code": "AccessDeniedException", "message": "not authorized"}
        ses.faults({"kind": "error", "operation": operation, **denied})
    halted = _run(story.root, "halt", "sale")
    assert halted.exit_code == 3
    assert "The hold stands, but sending was not switched off in SES." in halted.stderr
    assert _holds(story) == ["sale"]
    assert "halted. 0 have left" in halted.stdout


def test_a_release_that_ses_does_not_obey_can_be_tried_again(story: Story, ses: Double) -> None:
    _run(story.root, "halt", "sale")
    ses.change(configuration_sets=["notices"])
    assert _run(story.root, "release", "sale").exit_code == 3
    assert _holds(story) == ["sale"]
    ses.change(configuration_sets=["campaigns", "notices"])
    assert _run(story.root, "release", "sale").exit_code == 0
    assert (_off(ses), _holds(story)) == (set(), [])


def test_brakes_work_without_git(story: Story, ses: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    (story.root / ".git").rename(story.root / "gone")
    monkeypatch.setenv("PATH", "/nowhere")
    halted = _run(story.root / "campaigns", "halt", "sale", "--by", "sato")
    assert halted.exit_code == 0, halted.output
    assert (_off(ses), _holds(story)) == ({"campaigns"}, ["sale"])
    assert _run(story.root, "release", "sale").exit_code == 0
    assert (_off(ses), _holds(story)) == (set(), [])


def test_brakes_work_from_anywhere_with_the_policy(story: Story, ses: Double, tmp_path: Path) -> None:
    policy = str(story.root / "policy.yaml")
    assert _run(tmp_path, "halt", "--all", "--policy", policy).exit_code == 0
    assert (_off(ses), _holds(story)) == ({"campaigns", "notices"}, ["*"])
    lost = _run(tmp_path, "halt", "--all")
    assert lost.exit_code == 3
