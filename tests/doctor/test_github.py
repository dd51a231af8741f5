"""How GitHub is set up: each setting by its own name, what is wrong with it, and the remedy."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.clock import ManualClock
from pipeline.doctor.github import github_lines
from pipeline.doctor.github_facts import GitHubSetup
from pipeline.doctor.line import Line, State
from pipeline.github import GitHubApi
from tests.github_double import Double, Fault, Hub, running
from tests.github_double.hub import NAME

RULES = "/rules/branches/{branch}"
ENVIRONMENTS = "/environments"
PERMISSIONS = "/actions/permissions/workflow"
SUBJECT = "/actions/oidc/customization/sub"
BRANCHES = "/environments/{environment_name}/deployment-branch-policies"

PULL_REQUEST: dict[str, Any] = {
    "required_approving_review_count": 1,
    "dismiss_stale_reviews_on_push": True,
    "require_last_push_approval": True,
    "require_code_owner_review": True,
    "required_review_thread_resolution": False,
    "allowed_merge_methods": ["squash"],
}
STALE = "Dismiss stale pull request approvals when new commits are pushed"
LAST_PUSH = "Require approval of the most recent reviewable push"
OWNERS = "Require review from Code Owners"


def rules(**other: Any) -> list[dict[str, Any]]:
    pull = {"type": "pull_request", "parameters": PULL_REQUEST | other}
    return [pull, {"type": "non_fast_forward"}, {"type": "deletion"}]


def good() -> dict[str, Any]:
    """A repository that is set up as it must be."""
    limited = {"protected_branches": False, "custom_branch_policies": True}
    return {
        RULES: rules(),
        ENVIRONMENTS: {
            "total_count": 1,
            "environments": [{"name": "production", "deployment_branch_policy": limited}],
        },
        BRANCHES: {"total_count": 1, "branch_policies": [{"name": "main"}]},
        PERMISSIONS: {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False},
        SUBJECT: {"use_default": True, "sub_claim_prefix": f"repo:{NAME}"},
    }


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Hub:
    return Hub(Path(tmp_path_factory.mktemp("hub")), {"a.txt": "x"})


@pytest.fixture
def double(hub: Hub) -> Iterator[Double]:
    hub.settings = good()
    with running(hub) as double:
        yield double


def lines(double: Double, required: int = 1) -> dict[str, Line]:
    api = GitHubApi(NAME, ManualClock(datetime(2026, 11, 30, tzinfo=UTC)), double.environment)
    return {line.what: line for line in github_lines(GitHubSetup(api), "main", required)}


def wrong(double: Double, required: int = 1) -> dict[str, Line]:
    return {what: line for what, line in lines(double, required).items() if line.state is not State.FINE}


def test_a_repository_that_is_set_up_well_is_fine(double: Double) -> None:
    assert wrong(double) == {}
    assert len(lines(double)) == 12
    assert f"repo:{NAME}:environment:production" in lines(double)["OIDC subject"].found


@pytest.mark.parametrize(
    ("setting", "other"),
    [
        (STALE, {"dismiss_stale_reviews_on_push": False}),
        (LAST_PUSH, {"require_last_push_approval": False}),
        (OWNERS, {"require_code_owner_review": False}),
        ("Required approvals", {"required_approving_review_count": 0}),
    ],
)
def test_a_rule_that_is_weaker_is_named_as_github_names_it(
    double: Double, setting: str, other: dict[str, Any]
) -> None:
    double.hub.settings[RULES] = rules(**other)
    found = wrong(double)
    assert found.keys() == {setting}
    assert found[setting].state is State.WRONG
    assert setting in found[setting].remedy


def test_several_rulesets_add_up_to_the_strictest(double: Double) -> None:
    weak = dict.fromkeys(("dismiss_stale_reviews_on_push", "require_code_owner_review"), False)
    double.hub.settings[RULES] = rules(**weak, allowed_merge_methods=["merge", "squash"]) + rules()
    assert wrong(double) == {}


def test_a_main_without_rules_is_open(double: Double) -> None:
    double.hub.settings[RULES] = []
    assert wrong(double).keys() == {
        "Require a pull request before merging",
        "Required approvals",
        STALE,
        LAST_PUSH,
        OWNERS,
        "Allowed merge methods",
        "Block force pushes",
        "Restrict deletions",
    }


def test_the_policy_s_number_of_approvals_is_what_is_compared(double: Double) -> None:
    assert "1, and the policy asks for 2" in wrong(double, required=2)["Required approvals"].found


@pytest.mark.parametrize("methods", [["merge", "squash"], ["rebase"]])
def test_other_ways_to_merge_are_a_note(double: Double, methods: list[str]) -> None:
    double.hub.settings[RULES] = rules(allowed_merge_methods=methods)
    assert wrong(double)["Allowed merge methods"].state is State.NOTE


@pytest.mark.parametrize(
    ("policy", "branches", "found"),
    [
        (None, [], "any branch"),
        ({"protected_branches": True, "custom_branch_policies": False}, [], "protected branch"),
        (
            {"protected_branches": False, "custom_branch_policies": True},
            ["main", "refs/pull/*/merge"],
            "pull",
        ),
        ({"protected_branches": False, "custom_branch_policies": True}, ["*"], "for \\*"),
    ],
)
def test_an_environment_that_is_open_to_more_than_main_is_wrong(
    double: Double, policy: dict[str, bool] | None, branches: list[str], found: str
) -> None:
    environment = {"name": "production", "deployment_branch_policy": policy}
    double.hub.settings[ENVIRONMENTS] = {"total_count": 1, "environments": [environment]}
    policies = [{"name": name} for name in branches]
    double.hub.settings[BRANCHES] = {"total_count": len(policies), "branch_policies": policies}
    line = wrong(double)["environment production"]
    assert line.state is State.WRONG
    assert found.replace("\\", "") in line.found


def test_without_the_environment_the_rights_are_tied_to_nothing(double: Double) -> None:
    double.hub.settings[ENVIRONMENTS] = {"total_count": 0, "environments": []}
    assert wrong(double).keys() == {"environment production"}


@pytest.mark.parametrize(
    ("setting", "other"),
    [
        ("Workflow permissions", {"default_workflow_permissions": "write"}),
        (
            "Allow GitHub Actions to create and approve pull requests",
            {"can_approve_pull_request_reviews": True},
        ),
    ],
)
def test_workflows_that_may_too_much_are_wrong(double: Double, setting: str, other: dict[str, Any]) -> None:
    double.hub.settings[PERMISSIONS] |= other
    assert wrong(double).keys() == {setting}


@pytest.mark.parametrize(
    "subject",
    [{"use_default": True}, {"use_default": False, "include_claim_keys": ["repo", "context"]}],
)
def test_a_subject_that_is_not_plain_is_a_note(double: Double, subject: dict[str, Any]) -> None:
    double.hub.settings[SUBJECT] = subject
    assert wrong(double)["OIDC subject"].state is State.NOTE


@pytest.mark.parametrize(
    ("below", "what"),
    [
        (RULES, "rules of main"),
        (ENVIRONMENTS, "environments"),
        (PERMISSIONS, "Workflow permissions"),
        (SUBJECT, "OIDC subject"),
    ],
)
def test_what_a_token_may_not_see_is_not_taken_for_fine(double: Double, below: str, what: str) -> None:
    double.faults.append(Fault(below, 9, status=404))
    found = wrong(double)
    assert found.keys() == {what}
    assert found[what].state is State.COULD_NOT_RUN
    assert "token with" in found[what].remedy


def test_a_list_of_environments_that_is_cut_is_not_taken_for_fine(double: Double) -> None:
    double.hub.settings[ENVIRONMENTS]["total_count"] = 2
    assert wrong(double)["environments"].state is State.COULD_NOT_RUN


def test_rules_that_come_half_are_not_taken_for_fine(double: Double) -> None:
    def change(body: list[dict[str, Any]]) -> list[dict[str, Any]]:
        body[0]["parameters"].pop("require_last_push_approval")
        return body

    double.faults.append(Fault(RULES, change=change))
    assert wrong(double)["rules of main"].state is State.COULD_NOT_RUN
