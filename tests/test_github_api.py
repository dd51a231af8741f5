"""GitHub over HTTP: asked with patience, and what goes wrong is said in plain words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.clock import ManualClock
from pipeline.errors import PipelineError
from pipeline.github import Answer, GitHubApi, HalfAnswer
from tests.github_double import Double, Fault, Hub, running
from tests.github_double.hub import NAME

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
MAIN = "/git/ref/heads/main"
ROUTE = "/git/ref/{ref}"


class _Ref(Answer):
    ref: str


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Hub:
    return Hub(Path(tmp_path_factory.mktemp("hub")), {"a.txt": "x"})


@pytest.fixture
def double(hub: Hub) -> Iterator[Double]:
    with running(hub) as double:
        yield double


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


def ask(double: Double, clock: ManualClock, **environment: str) -> str:
    found = GitHubApi(NAME, clock, double.environment | environment).one(MAIN, _Ref)
    assert found is not None
    return found.ref


@pytest.mark.parametrize(
    "fault",
    [
        Fault(ROUTE, 2, status=502),
        Fault(ROUTE, 2, status=500),
        Fault(ROUTE, 2, cut=True),
        Fault(ROUTE, 2, drop=True),
        Fault(ROUTE, 1, status=429, headers={"Retry-After": "30"}),
        Fault(ROUTE, 1, status=403, headers={"Retry-After": "60"}, message="secondary rate limit"),
        Fault(ROUTE, 1, status=403, message="You have exceeded a secondary rate limit."),
    ],
    ids=["502", "500", "cut", "dropped", "429", "secondary", "secondary without a time"],
)
def test_what_passes_by_itself_is_waited_for(double: Double, clock: ManualClock, fault: Fault) -> None:
    double.faults.append(fault)
    assert ask(double, clock) == "refs/heads/main"
    asked_to_wait = int(fault.headers.get("Retry-After", "60" if fault.status == 403 else "0"))
    assert clock.now() >= NOW + timedelta(seconds=max(asked_to_wait, 1))


def test_a_limit_that_ends_soon_is_waited_for(double: Double, clock: ManualClock) -> None:
    reset = str(int(NOW.timestamp()) + 40)
    limit = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    double.faults.append(Fault(ROUTE, status=403, headers=limit))
    assert ask(double, clock) == "refs/heads/main"
    assert clock.now() >= NOW + timedelta(seconds=40)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault(ROUTE, 9, status=503), "answers with status 503"),
        (Fault(ROUTE, 9, cut=True), "GitHub cannot be asked"),
        (Fault(ROUTE, 9, drop=True), "GitHub cannot be asked: ProtocolError"),
        (
            Fault(
                ROUTE, status=403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1796012400"}
            ),
            "before 2026-11-30 04:20 UTC: the requests of this hour are used up",
        ),
        (Fault(ROUTE, status=429, headers={"Retry-After": "3600"}), "before 2026-11-30 04:00 UTC"),
        (
            Fault(ROUTE, status=403, headers={"X-Accepted-GitHub-Permissions": "contents=read"}),
            r"the token lacks a right \(contents=read\)",
        ),
        (Fault(ROUTE, status=301, headers={"Location": "https://elsewhere.example/"}), "to another name"),
        (Fault(ROUTE, status=418), "answers with status 418"),
    ],
    ids=["503", "cut", "dropped", "limit", "long wait", "right", "moved", "teapot"],
)
def test_what_does_not_pass_is_said_in_words(
    double: Double, clock: ManualClock, fault: Fault, sentence: str
) -> None:
    double.faults.append(fault)
    with pytest.raises(PipelineError, match=sentence) as caught:
        ask(double, clock)
    assert caught.value.remedy
    assert int(caught.value.exit_status) == 3


def test_a_wrong_token_is_said_so(double: Double, clock: ManualClock) -> None:
    with pytest.raises(PipelineError, match="does not know the token"):
        ask(double, clock, GITHUB_TOKEN="another")


def test_no_token_is_missed_before_anything_is_asked(double: Double, clock: ManualClock) -> None:
    with pytest.raises(PipelineError, match="no token is set"):
        ask(double, clock, GITHUB_TOKEN="")
    assert double.asked == []
    assert ask(double, clock, GITHUB_TOKEN="", GH_TOKEN="invented-token") == "refs/heads/main"


def test_the_token_is_sent_to_no_address_without_tls(double: Double, clock: ManualClock) -> None:
    with pytest.raises(PipelineError, match="is no https address"):
        ask(double, clock, GITHUB_API_URL="http://github.hanamori.example/api/v3")


def test_a_github_that_nobody_answers_for_is_said_so(double: Double, clock: ManualClock) -> None:
    with pytest.raises(PipelineError, match="GitHub cannot be asked: NewConnectionError"):
        ask(double, clock, GITHUB_API_URL="http://127.0.0.1:1")


def test_a_link_to_another_address_is_not_followed(double: Double, clock: ManualClock) -> None:
    away = {"Link": '<https://elsewhere.example/page2>; rel="next"'}
    double.faults.append(Fault("/commits", headers=away))
    with pytest.raises(HalfAnswer, match="points to another address"):
        GitHubApi(NAME, clock, double.environment).many("/commits", Answer)


def test_a_list_without_an_end_is_not_read_for_ever(double: Double, clock: ManualClock) -> None:
    double.faults.append(Fault("/commits", 999, change=lambda _: [{}] * 100))
    with pytest.raises(HalfAnswer, match="cannot be read to its end"):
        GitHubApi(NAME, clock, double.environment).many("/commits", Answer)
    assert len(double.asked) == 30


def test_an_answer_that_is_no_list_is_incomplete(double: Double, clock: ManualClock) -> None:
    double.faults.append(Fault("/commits", change=lambda _: {"message": "soon"}))
    with pytest.raises(HalfAnswer, match="is incomplete"):
        GitHubApi(NAME, clock, double.environment).many("/commits", Answer)


def test_a_token_never_stands_in_what_is_said(double: Double, clock: ManualClock) -> None:
    double.faults.append(Fault(ROUTE, 9, drop=True))
    with pytest.raises(PipelineError) as caught:
        ask(double, clock)
    assert "invented-token" not in f"{caught.value.sentence} {caught.value.remedy}"
