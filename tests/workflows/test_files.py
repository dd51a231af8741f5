"""What the workflow files may never do, whoever edits them: read, not played."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
import yaml

from tests.workflows.runner import WORKFLOWS

FILES: Final = sorted(path.name for path in WORKFLOWS.glob("*.yml"))
#: Those that may reach mail, ledger or contacts.
WITH_RIGHTS: Final = ("deliver.yml", "halt.yml", "feedback.yml", "test-send.yml")
#: Strangers can start these with rights of ours.
STRANGERS: Final = {"pull_request_target", "issue_comment", "issues", "workflow_run", "discussion"}


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((WORKFLOWS / name).read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    return found


def _parts(name: str) -> Mapping[str, Any]:
    parts: Mapping[str, Any] = _read(name)["jobs"]
    return parts


def _steps(name: str) -> Iterator[Mapping[str, Any]]:
    for part in _parts(name).values():
        yield from part["steps"]


@pytest.mark.parametrize("name", FILES)
def test_nothing_that_a_stranger_starts_has_rights(name: str) -> None:
    assert not STRANGERS & set(_read(name)["on"])
    assert _read(name)["permissions"] == {}
    for part in _parts(name).values():
        assert part["permissions"], "each part asks for what it needs"
        assert "timeout-minutes" in part


@pytest.mark.parametrize("name", FILES)
def test_every_action_is_pinned_and_leaves_no_token_behind(name: str) -> None:
    for step in _steps(name):
        uses = step.get("uses", "./")
        assert uses.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", uses), uses
        if uses.startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false"
        assert "cache" not in uses
        assert "${{" not in step.get("run", "")


def test_a_pull_request_has_no_secret_and_no_cloud_also_where_it_edits_the_workflow() -> None:
    """GitHub runs the pull request's own version: what it could ask for is given to no pull request."""
    text = (WORKFLOWS / "validate.yml").read_text("utf-8")
    assert set(_read("validate.yml")["on"]) == {"pull_request", "pull_request_review"}
    assert "secrets." not in text
    for part in _parts("validate.yml").values():
        assert "environment" not in part
        assert "id-token" not in part["permissions"]
    writes = {key: part["permissions"] for key, part in _parts("validate.yml").items()}
    assert [key for key, rights in writes.items() if "write" in rights.values()] == ["comment"]


@pytest.mark.parametrize("name", WITH_RIGHTS)
def test_rights_are_tied_to_an_environment(name: str) -> None:
    for part in _parts(name).values():
        if "id-token" in part["permissions"]:
            assert part["environment"]["name"]
            assert part["environment"]["deployment"] == "false"


@pytest.mark.parametrize("name", ["deliver.yml", "halt.yml", "feedback.yml"])
def test_what_is_delivered_is_main_whatever_branch_a_run_is_started_on(name: str) -> None:
    checkouts = [step for step in _steps(name) if step.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"]["ref"] for step in checkouts] == ["main"] * len(_parts(name))


def test_a_brake_waits_behind_nothing_and_a_sender_is_never_cancelled_by_a_newer_one() -> None:
    for name in ("deliver.yml", "halt.yml"):
        assert "concurrency" not in _read(name)
    assert all("concurrency" not in part for part in _parts("halt.yml").values())
    concurrency = _parts("deliver.yml")["deliver"]["concurrency"]
    assert concurrency == {"group": "deliver-${{ matrix.campaign }}", "cancel-in-progress": "false"}


def test_who_looks_for_what_is_due_has_no_rights_in_the_cloud_and_the_sender_waits_for_it() -> None:
    due, deliver = _parts("deliver.yml")["due"], _parts("deliver.yml")["deliver"]
    assert set(due["permissions"].values()) == {"read"}
    assert "environment" not in due
    assert (deliver["needs"], deliver["if"]) == ("due", "${{ needs.due.outputs.campaigns != '[]' }}")


def test_a_cancelled_run_reaches_the_sender_itself() -> None:
    long = [
        step["run"] for name in WITH_RIGHTS for step in _steps(name) if "postmerge" in step.get("run", "")
    ]
    for run in long:
        assert "exec postmerge" in run or run.startswith(("postmerge due", "postmerge status")), run


@pytest.mark.parametrize(("name", "an_hour"), [("deliver.yml", 4), ("feedback.yml", 2)])
def test_drops_at_the_full_hour_are_avoided(name: str, an_hour: int) -> None:
    (schedule,) = _read(name)["on"]["schedule"]
    minutes = schedule["cron"].split()[0].split(",")
    assert not {"0", "00", "*", "30"} & set(minutes)
    assert len(minutes) == an_hour
