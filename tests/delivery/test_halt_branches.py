import pytest

from pipeline.delivery.halt_branches import halted_by


def _held(*branches: str, campaign: str = "sale") -> str | None:
    return halted_by(branches, campaign, lambda: ("sale", "news", "all-saints"))


@pytest.mark.parametrize("branch", ["halt/sale", "halt/sale/wrong-price"])
def test_a_branch_with_a_campaigns_name_holds_that_campaign_only(branch: str) -> None:
    assert _held(branch) == f"the branch {branch} stops it until it is deleted"
    assert _held(branch, campaign="news") is None


@pytest.mark.parametrize("branch", ["halt", "halt/all"])
def test_a_branch_for_all_holds_everything(branch: str) -> None:
    assert _held(branch) == f"the branch {branch} stops everything until it is deleted"
    assert _held(branch, campaign="never-heard-of") is not None


@pytest.mark.parametrize(
    "branch", ["halt/slae", "halt/Sale", "halt/2026-sale", "halt/all-", "halt/$(reboot)"]
)
def test_a_misspelt_brake_holds_everything_and_says_so(branch: str) -> None:
    for campaign in ("sale", "news"):
        told = _held("halt/all-saints", branch, campaign=campaign)
        assert told is not None
        assert f"a branch {branch}, but no campaign of that name" in told


def test_without_a_brake_nobody_is_asked_which_campaigns_there_are() -> None:
    def known() -> tuple[str, ...]:
        raise AssertionError("asked")

    assert halted_by((), "sale", known) is None
