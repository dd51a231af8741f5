"""Deliveries shown as deployments, at GitHub's double; and what becomes of a delivery when GitHub fails."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.delivery.aside import told_aside
from pipeline.delivery.deployments import GitHubDeployments
from pipeline.delivery.showing import Shown, ShownState, stopped
from pipeline.errors import PipelineError
from tests.github_double import Double, Fault, Hub, running
from tests.github_double.hub import NAME

RUN = {"GITHUB_SERVER_URL": "https://github.example", "GITHUB_RUN_ID": "77"}


@pytest.fixture
def double(tmp_path: Path) -> Iterator[Double]:
    with running(Hub(tmp_path, {"README.md": "mail"})) as double:
        yield double


def _there(double: Double, environment: str = "production") -> GitHubDeployments:
    return GitHubDeployments(NAME, environment, double.environment | RUN)


def _sending(double: Double, campaign: str = "sale", **more: object) -> Shown:
    shown = Shown(campaign, ShownState.IN_PROGRESS, "2 of 20 accepted", 1, "d" * 64, double.hub.head())
    return replace(shown, **more)  # type: ignore[arg-type]


def _states(double: Double) -> list[tuple[str, str]]:
    return [(one.kind, one.state) for one in double.hub.deployments]


def test_a_revision_is_one_deployment_with_its_links_and_is_told_only_what_is_new(double: Double) -> None:
    there = _there(double)
    for state in (ShownState.QUEUED, ShownState.IN_PROGRESS, ShownState.IN_PROGRESS, ShownState.SUCCESS):
        there.show(_sending(double, state=state, sentence=f"it is {state}"))
    (deployment,) = double.hub.deployments
    assert (deployment.kind, deployment.environment) == ("deliver:sale", "production")
    assert deployment.sha == double.hub.head()
    assert deployment.payload == {"campaign": "sale", "revision": 1, "digest": "d" * 64}
    assert [status.state for status in deployment.statuses] == ["queued", "in_progress", "success"]
    assert deployment.statuses[-1].description == "it is success"
    assert deployment.statuses[-1].log_url == f"https://github.example/{NAME}/actions/runs/77"
    tree = f"https://github.example/{NAME}/tree/{deployment.sha}/campaigns/sale"
    assert deployment.statuses[-1].environment_url == tree


def test_another_run_goes_on_with_the_deployment_that_is_there(double: Double) -> None:
    _there(double).show(_sending(double))
    _there(double).show(_sending(double))
    _there(double).show(_sending(double, state=ShownState.FAILURE, sentence="bounces"))
    (deployment,) = double.hub.deployments
    assert [status.state for status in deployment.statuses] == ["in_progress", "failure"]


def test_the_next_revision_is_a_deployment_of_its_own_and_ends_the_one_before(double: Double) -> None:
    _there(double).show(_sending(double))
    _there(double).show(_sending(double, revision=2, digest="e" * 64))
    assert _states(double) == [("deliver:sale", "inactive"), ("deliver:sale", "in_progress")]
    assert double.hub.deployments[0].statuses[-1].description == "another revision follows"


@pytest.mark.parametrize("environment", ["production", "mail"])
def test_a_success_leaves_other_campaigns_and_what_is_complete_alone(
    double: Double, environment: str
) -> None:
    there = _there(double, environment)
    there.show(_sending(double, "done", state=ShownState.SUCCESS))
    there.show(_sending(double, "other"))
    there.show(_sending(double, state=ShownState.SUCCESS))
    there.show(stopped("done"))
    assert [state for _, state in _states(double)] == ["success", "in_progress", "success"]


def test_a_stop_ends_what_is_under_way_and_is_no_deployment_by_itself(double: Double) -> None:
    _there(double).show(stopped("sale"))
    assert double.hub.deployments == []
    _there(double).show(_sending(double))
    _there(double).show(stopped("sale"))
    assert _states(double) == [("deliver:sale", "inactive")]
    assert "main no longer wants it" in double.hub.deployments[0].statuses[-1].description


def test_a_long_reason_is_cut_to_what_github_takes(double: Double) -> None:
    _there(double).show(_sending(double, sentence="あ" * 500))
    assert double.hub.deployments[0].statuses[-1].description == "あ" * 139 + "…"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("/deployments", status=403),
        Fault("POST /deployments", status=409),
        Fault("POST /deployments/{deployment_id}/statuses", status=502),
        Fault("/deployments", cut=True),
        Fault("/deployments", drop=True),
        Fault("/deployments", change=lambda _: {"message": "no list"}),
        Fault("/deployments/{deployment_id}/statuses", change=lambda _: [{"state": "success"}]),
        Fault("POST /deployments", change=lambda _: {}),
    ],
)
def test_what_github_does_wrong_is_trouble_in_words(double: Double, fault: Fault) -> None:
    double.faults.append(replace(fault))
    with pytest.raises(PipelineError, match="GitHub"):
        _there(double).show(_sending(double))


def test_a_commit_that_github_does_not_know_is_trouble_in_words(double: Double) -> None:
    with pytest.raises(PipelineError, match="GitHub refuses the deployment with status 422"):
        _there(double).show(_sending(double, commit="1" * 40))


def test_on_the_side_the_end_is_shown_and_trouble_is_told_once() -> None:
    told: list[str] = []
    seen: list[Shown] = []

    def show(shown: Shown) -> None:
        if shown.campaign == "bad":
            raise PipelineError("GitHub refuses.")
        seen.append(shown)

    one = Shown("sale", ShownState.IN_PROGRESS, "1 of 2", 1)
    last = replace(one, state=ShownState.SUCCESS)
    with told_aside(show, told.append) as aside:
        for shown in (one, one, replace(one, campaign="bad"), replace(one, campaign="bad"), last):
            aside.say(shown)
    assert seen[-1] == last
    assert seen.count(one) <= 1
    assert told == ["not everything is shown at GitHub, which changes nothing else: GitHub refuses."]
