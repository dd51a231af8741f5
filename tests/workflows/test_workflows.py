"""From the pull request to the revert in mid-delivery, by the workflow files themselves."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.cli.comment_text import MARKER
from tests.github_double import Hub
from tests.github_double import running as github_running
from tests.github_double.hub import NAME, Pull
from tests.ses_double import Double as Ses
from tests.ses_double import running as ses_running
from tests.stories.senders import wait_until
from tests.stories.story import AT_ONCE, BODY, POLICY, SEGMENT
from tests.workflows.expressions import Expressions, Unknown
from tests.workflows.runner import Hosted, Played

PEOPLE = 400
#: What a branch and a title may be called, and must not do.
BRANCH = "first-$(touch${IFS}pwned)-`id`"
TITLE = 'Winter "sale" $(touch pwned) `touch pwned` ${{ secrets.X }} @everyone <b>'
#: Two hours ago is recent, and before whatever happens here.
RECENT = timedelta(hours=2)


def _policy(root: Path) -> str:
    """Nothing but the approval, the test send and the schedule keeps mail waiting."""
    production = (
        f"  production:\n    transport: {{ses: {{region: us-east-1}}}}\n"
        f"    ledger: {{sqlite: {root}/ledger.db}}\n    archive: {{folder: {root}/archive}}\n"
        f"    reviews: {{github: {NAME}}}\n"
    )
    quick = POLICY.replace("quiet_hours: 21:00-08:00, undo_window: 10m", "undo_window: 0s")
    quiet = "links: {verify: never}\n"
    return quick.replace("1000/s", "40/s").replace("targets:\n", f"{quiet}targets:\n{production}")


def _contacts(folder: Path) -> None:
    rows = [f"m{n},m{n}@people.example,Person {n},2026-01-01" for n in range(PEOPLE)]
    (folder / "members.csv").write_text("\n".join(["id,email,name,consent", *rows]) + "\n", encoding="utf-8")
    (folder / "unsubscribed.csv").write_text("email\n", encoding="utf-8")


class Story:
    """The doubles, and the words that people and GitHub say."""

    def __init__(self, root: Path, hub: Hub, ses: Ses, hosted: Hosted) -> None:
        self.root = root
        self.hub = hub
        self.ses = ses
        self.hosted = hosted

    def pull_request(self, body: str = BODY) -> Pull:
        """suzuki's campaign, to be sent when it is merged."""
        files = {"campaigns/sale/campaign.yaml": AT_ONCE, "campaigns/sale/body.txt": body}
        self.hub.push(BRANCH, files, by="suzuki", message=TITLE)
        return next(iter(self.hub.pulls.values()), None) or self.hub.open(BRANCH, by="suzuki", title=TITLE)

    def validate(
        self, pull: Pull, *, repository: str = NAME, event_name: str = "pull_request"
    ) -> dict[str, Played]:
        """What GitHub does when a pull request is opened, pushed to, edited or reviewed."""
        head = {"sha": pull.head, "repo": {"full_name": repository}}
        event = {
            "pull_request": {
                "number": pull.number,
                "title": pull.title,
                "head": head,
                "base": {"ref": pull.base},
            }
        }
        # Only `pull_request` has a `base_ref`; the name of the head is for the stand-in of the checkout.
        names = {"event_name": event_name, "head_ref": pull.branch}
        return self.hosted.run("validate.yml", {**names, "event": event})

    def dispatch(self, workflow: str, ref: str = "main", **inputs: str) -> dict[str, Played]:
        """Somebody presses *Run workflow*."""
        event = {"event_name": "workflow_dispatch", "ref_name": ref, "inputs": inputs}
        return self.hosted.run(workflow, event)

    def pushed(self, workflow: str) -> dict[str, Played]:
        """Main has moved."""
        return self.hosted.run(workflow, {"event_name": "push"})

    def accepted(self) -> int:
        """Messages to people, test sends left out."""
        return sum(n for address, n in self.ses.accepted().items() if address.endswith("@people.example"))


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    ignored = ".postmerge/\n*.csv\npreview/\nplan.md\ncomment.md\n"
    base = {
        ".gitignore": ignored,
        "policy.yaml": _policy(tmp_path),
        "segments/everybody.yaml": SEGMENT,
    }
    hub = Hub(tmp_path, base)
    begun = datetime.fromisoformat(hub.now())
    hub.forge.minutes += int((datetime.now(UTC) - RECENT - begun).total_seconds() / 60)
    with github_running(hub) as double, ses_running(max_send_rate=40, max_24_hour_send=50_000) as ses:
        hosted = Hosted(
            tmp_path,
            hub.forge.root,
            _contacts,
            cloud=ses.environment,
            github={"server_url": "https://github.example", "repository": NAME, "actor": "suzuki"},
            variables={
                **{f"POSTMERGE_{name}_ROLE": f"arn:{name}" for name in ("DELIVER", "HALT", "TEST_SEND")},
                "POSTMERGE_REGION": "us-east-1",
            },
            secrets={"POSTMERGE_UNSUBSCRIBE_KEY": "k" * 40},
            api=double.environment,
        )
        yield Story(tmp_path, hub, ses, hosted)
    assert not list(tmp_path.rglob("pwned")), "something that somebody wrote was run"


def _mistake(story: Story) -> None:
    """It is annotated, and the comment says so."""
    parts = story.validate(story.pull_request(body=BODY + "{{ recipient.nmae }}\n"))
    assert parts["check"].result == "failure"
    assert "::error file=campaigns/sale/body.txt,line=6" in parts["check"].log
    assert parts["comment"].result == "success"
    (comment,) = story.hub.comments
    assert comment.body.startswith(MARKER)
    assert "🔴" in comment.body


def _mended(story: Story) -> Pull:
    """The same comment, now without findings and with the approval."""
    (comment,) = story.hub.comments
    assert "⏳ 1 more needed, by somebody who wrote none of it; suzuki cannot" in comment.body
    pull = story.pull_request()
    story.hub.review(pull, by="sato")
    parts = story.validate(pull, event_name="pull_request_review")
    assert (parts["check"].result, parts["comment"].result) == ("success", "success"), parts["check"].log
    assert story.hub.comments == [comment]
    assert "🔴" not in comment.body
    assert "### Start: Sale" in comment.body
    assert "[Preview](https://github.example/artifacts/index.html)" in comment.body
    assert "  - ✅ sato\n  - enough\n" in comment.body
    assert "Start: Sale" in parts["check"].summary
    assert list(story.root.glob("artifacts-*/index.html/index.html"))
    return pull


def _delivered_and_reverted(story: Story) -> int:
    """The merge delivers; in the middle of it somebody reverts, past every workflow."""
    with ThreadPoolExecutor(1) as runs:
        delivery = runs.submit(story.pushed, "deliver.yml")
        wait_until(lambda: delivery.done() or story.accepted() >= 60)
        assert not delivery.done(), {name: part.log for name, part in delivery.result().items()}
        gone = dict.fromkeys(("campaigns/sale/campaign.yaml", "campaigns/sale/body.txt"))
        story.hub.push("main", gone, by="sato", message=f'Revert "{TITLE} [skip ci]"')
        parts = delivery.result()
    left = story.accepted()
    assert parts["due"].outputs == {"campaigns": '["sale"]'}
    assert parts["deliver"].result == "success", parts["deliver"].log
    assert 60 <= left < PEOPLE
    assert "no longer wants what this merge ordered" in parts["deliver"].summary
    assert f"| sale: sale | stopped | {PEOPLE} | {left} |" in parts["deliver"].summary
    assert not [who for who in story.ses.twice() if who.endswith("@people.example")]
    return left


@pytest.mark.slow
def test_from_the_pull_request_to_a_revert_while_it_is_sent(story: Story) -> None:
    _mistake(story)
    pull = _mended(story)
    parts = story.dispatch("test-send.yml", BRANCH, campaign="sale", to="tester@staff.hanamori.example")
    assert parts["test-send"].result == "success", parts["test-send"].log
    story.hub.merge(pull, by="suzuki", method="squash")
    left = _delivered_and_reverted(story)
    (deployment,) = story.hub.deployments
    assert {status.state for status in deployment.statuses} >= {"in_progress", "inactive"}
    assert (
        deployment.statuses[-1].description == f"stopped: {left} of {PEOPLE} accepted, {PEOPLE - left} stay"
    )
    assert deployment.statuses[-1].log_url.startswith(f"https://github.example/{NAME}/actions/runs/")

    # Nothing starts it again, and the second brake finds that it is on record.
    stopped = story.pushed("halt.yml")
    assert (stopped["stopped"].result, stopped["halt"].result) == ("success", "skipped"), stopped
    again = story.hosted.run("deliver.yml", {"event_name": "schedule"})
    assert (again["due"].outputs, again["deliver"].result) == ({"campaigns": "[]"}, "skipped")
    assert story.accepted() == left


@pytest.mark.slow
def test_what_is_halted_by_a_workflow_stays_and_nobody_approves_alone(story: Story) -> None:
    pull = story.pull_request()
    story.dispatch("test-send.yml", BRANCH, campaign="sale", to="tester@staff.hanamori.example")
    nasty = "--all"
    assert story.dispatch("halt.yml", campaign=nasty, reason="$(touch pwned)")["halt"].result == "failure"
    story.hub.review(pull, by="suzuki")
    merged = story.hub.merge(pull, by="suzuki", method="squash")
    due = story.pushed("deliver.yml")
    assert (due["due"].outputs, due["deliver"].result) == ({"campaigns": "[]"}, "skipped")
    assert "cannot approve it" in due["due"].summary

    # By its name it is started, and the sender asks the same again.
    story.dispatch("halt.yml", campaign="all", reason="wrong price; `id`")
    named = story.dispatch("deliver.yml", campaign="sale")
    assert named["deliver"].result == "failure"
    assert "Wrong price" in named["deliver"].summary
    assert "cannot approve it" in named["deliver"].summary
    assert story.accepted() == 0
    assert story.hub.head() == merged


@pytest.mark.slow
def test_a_forks_pull_request_has_no_comment_and_its_plan_in_the_summary(story: Story) -> None:
    pull = replace(story.pull_request(), repo="stranger/campaigns")
    parts = story.validate(pull, repository="stranger/campaigns")
    assert (parts["check"].result, parts["comment"].result) == ("success", "skipped")
    assert "Start: Sale" in parts["check"].summary
    assert story.hub.comments == []


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("a == 'x' && !b", "true"),
        ("(a != 'x' || b) && a", "false"),
        ("c.d", "deep"),
        ("c.missing", ""),
        ("'it''s'", "it's"),
    ],
)
def test_the_expressions_mean_what_github_says(written: str, value: str) -> None:
    contexts = {"a": "x", "b": False, "c": {"d": "deep"}}
    assert Expressions(contexts).text(f"${{{{ {written} }}}}") == value


@pytest.mark.parametrize("written", ["unknown.x", "toJSON(a)", "a ==", "a b", "a[0]", "a > 'x'", "(a"])
def test_what_the_reader_does_not_know_it_refuses(written: str) -> None:
    with pytest.raises(Unknown):
        Expressions({"a": "x"}).text(f"${{{{ {written} }}}}")


def test_a_condition_without_a_status_function_needs_success() -> None:
    assert not Expressions({}, failed=True).holds(None)
    assert Expressions({}, failed=True).holds("${{ !cancelled() }}")
    assert Expressions({}, failed=True).holds("${{ always() }}")
