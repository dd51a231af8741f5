"""What holds for every test: how fast a machine is decides nothing."""

import os
import signal
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pipeline.render import child_process
from pipeline.workspace import git_process, yamllint
from tests import linted, models_of_aws, nursery, settled_git

_HERE = Path(__file__).parent

# No test asks a cloud for credentials: botocore would look for them at an address of the machine's network.
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
models_of_aws.remember()
# Whoever starts the tests in the background makes them ignore Ctrl-C, and so every process that they start.
for _number, _usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)
# In CI the same examples every time: what a lucky one finds is for whoever is at work on it.
settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def _processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Children that render are forked, yamllint and git are asked once; but not where they are tested."""
    if _HERE / "render" not in request.path.parents:
        monkeypatch.setattr(child_process, "_start", nursery.born)
    if _HERE / "workspace" not in request.path.parents:
        monkeypatch.setattr(yamllint, "_run", linted.run)
        monkeypatch.setattr(git_process, "output", settled_git.output)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, so that nobody waits for it at the end."""
    items.sort(key=lambda item: _HERE / "chaos" not in item.path.parents)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What happened in the runs of `tests/chaos`, from all workers, with the seeds that repeat them."""
    reports = (report for reports in terminalreporter.stats.values() for report in reports)
    told = [dict(report.user_properties) for report in reports if getattr(report, "when", "") == "call"]
    totals: dict[str, Counter[str]] = {}
    for happened in (said["chaos"] for said in told if "chaos" in said):
        totals.setdefault(happened.pop("seed"), Counter()).update(happened)
    for seed, total in totals.items():
        listed = ", ".join(f"{what}: {count:,}" for what, count in total.most_common())
        terminalreporter.write_line(f"chaos: POSTMERGE_CHAOS_SEED={seed}; {listed}")
