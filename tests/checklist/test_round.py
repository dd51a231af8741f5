"""What several campaigns have in common is made once for all of them, and every one gets its own answer."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from pipeline.audience.contacts import Resolution
from pipeline.checklist.catalogue import by_name
from pipeline.checklist.means import Means
from pipeline.checklist.report import CampaignReport, Report
from pipeline.checklist.run import run
from pipeline.cli import halves
from pipeline.errors import PipelineError
from pipeline.workspace.workspace import Workspace
from tests.checklist.drafts import Case, MemoryContacts

_ROWS = [{"family_name": "鈴木", "given_name": "花子"}]
_SAME = {"audience": {"segment": "members", "expect": {"min": "1", "max": "10"}}, "rows": _ROWS}
_OTHERS = {f"other-{n}": _SAME for n in range(4)}


class Counted(MemoryContacts):
    """Contacts that count how often they are asked."""

    resolved = 0
    asked = 0

    def columns(self, source: object) -> dict[str, str]:
        self.asked += 1
        return dict(super().columns(source))

    def resolve(self, rule: object, already: object = ()) -> Resolution:
        self.resolved += 1
        return super().resolve(rule, already)


def _case() -> tuple[Workspace, Means, Counted]:
    case = Case({"others": _OTHERS})
    workspace = case.workspace()
    means = case._means(workspace)
    contacts = means.contacts
    assert isinstance(contacts, MemoryContacts)
    counted = Counted(contacts._audiences, contacts._columns)
    return workspace, _with(means, counted), counted


def _with(means: Means, contacts: MemoryContacts) -> Means:
    return Means(now=means.now, contacts=contacts, history=means.history, rehearsals=means.rehearsals)


def test_campaigns_of_one_segment_look_its_people_up_once() -> None:
    workspace, means, contacts = _case()
    names = list(workspace.campaigns)
    report = run(workspace, names, means)
    assert [each.id for each in report.campaigns] == names
    assert contacts.resolved == 1
    assert contacts.asked == 1


def test_a_campaign_gets_the_same_answer_alone_and_among_others() -> None:
    workspace, means, _ = _case()
    together = run(workspace, ["other-0", "sale"], means).campaigns
    assert together[1] == run(workspace, ["sale"], means).campaigns[0]


def test_one_process_renders_for_all_campaigns() -> None:
    workspace, means, _ = _case()
    begun = []
    theirs = means.rehearsals

    @contextmanager
    def counted() -> Iterator[object]:
        begun.append(1)
        with theirs() as rehearse:
            yield rehearse

    counting = Means(now=means.now, contacts=means.contacts, rehearsals=counted)  # type: ignore[arg-type]
    run(workspace, list(workspace.campaigns), counting)
    assert begun == [1]


def test_the_rules_read_the_mail_of_the_authors_own_people_too() -> None:
    text = "{% if recipient.family_name == '花森商店' %}■■様へのお知らせ{% endif %}"
    persona = "personas:\n  - {name: 法人のお客様, fields: {family_name: 花森商店}}\n"
    placeholder = by_name()["wording/placeholder"]
    assert not Case({"text": text}).report(placeholder).findings
    (finding,) = Case({"text": text, "files": {"personas.yaml": persona}}).report(placeholder).findings
    assert finding.path.endswith("body.txt")
    assert "■" in finding.message.en


NAMES = [f"campaign-{n:02}" for n in range(20)]


def _report(names: Sequence[str]) -> Report:
    return Report(tuple(CampaignReport(name, str(os.getpid()), (), ()) for name in names), ())


def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})


def test_many_campaigns_are_checked_by_two_processes_and_told_in_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _two_cores(monkeypatch)
    report = halves.in_halves(NAMES, _report)
    assert [each.id for each in report.campaigns] == NAMES
    assert len({each.digest for each in report.campaigns}) == 2


def test_what_stops_the_other_process_is_said_here(monkeypatch: pytest.MonkeyPatch) -> None:
    _two_cores(monkeypatch)
    parent = os.getpid()

    def check(names: Sequence[str]) -> Report:
        if os.getpid() != parent:
            raise PipelineError("The contacts are gone.", "Bring them back.")
        return _report(names)

    with pytest.raises(PipelineError, match="contacts are gone") as error:
        halves.in_halves(NAMES, check)
    assert error.value.remedy == "Bring them back."


def test_when_the_other_process_dies_this_one_does_all_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    _two_cores(monkeypatch)
    parent = os.getpid()

    def check(names: Sequence[str]) -> Report:
        if os.getpid() != parent:
            os._exit(9)
        return _report(names)

    report = halves.in_halves(NAMES, check)
    assert {each.digest for each in report.campaigns} == {str(parent)}
    assert [each.id for each in report.campaigns] == NAMES
