"""What the comment on an open pull request says about approvals: asked of the double, by the command."""

import os
from pathlib import Path
from unittest import mock

from tests.approvals.at_github import BASE, BODY_FILE, Place
from tests.english import english_in
from tests.github_double import Fault
from tests.github_double.hub import NAME, Pull
from tests.stories.commands import say

TICKED = "- [x] content-is-true\n"


def _comment(place: Place, pull: Pull) -> str:
    """The comment, made where a workflow makes it: on the merge of both that GitHub checks out."""
    clone: Path = place.root / "checkout"
    run = place.hub.forge.run
    if not clone.exists():
        run("clone", "-q", f"file://{place.hub.forge.root}", str(clone))
    run("-C", str(clone), "fetch", "-q", "origin")
    run("-C", str(clone), "switch", "-q", "--detach", "origin/main")
    who = ("-c", "user.name=GitHub", "-c", "user.email=noreply@github.example")
    run("-C", str(clone), *who, "merge", "-q", "--no-ff", "--no-edit", f"origin/{pull.branch}")
    words = ("--base", "origin/main", "--pull", str(pull.number), "--repository", NAME)
    with mock.patch.dict(os.environ, place.double.environment):
        said = say(clone, "comment", "text", *words)
    assert said.status == 0, said.text
    return said.text


def test_from_nobody_to_enough_and_back_after_a_push(place: Place) -> None:
    pull = place.written()
    text = _comment(place, pull)
    assert "  - ❌ nobody has reviewed pull request" in text
    assert "⏳ 1 more needed, by somebody who wrote none of it; suzuki cannot" in text
    place.hub.push("main", {"docs/a.txt": "x"}, by="mori")
    place.hub.review(pull, by="sato")
    place.hub.review(pull, by="suzuki")
    text = _comment(place, pull)
    assert "  - ✅ sato\n  - ❌ suzuki pushed a part of it, and cannot approve it\n  - enough\n" in text
    place.hub.push("change", {BODY_FILE: "Another copy\n{{ unsubscribe_url }}\n"}, by="suzuki")
    text = _comment(place, pull)
    assert "❌ sato approved another content than is there now" in text
    assert "✅" not in text


def test_a_fork_s_pull_request_says_that_nobody_can_approve_it(place: Place) -> None:
    pull = place.approved()
    pull.repo = "stranger/campaigns"
    assert "a fork" in _comment(place, pull)


def test_the_comment_is_written_when_github_does_not_answer(place: Place) -> None:
    pull = place.approved()
    place.double.faults.append(Fault("*", 99, status=401))
    assert "who has approved is not known: GitHub cannot be asked" in _comment(place, pull)


def test_half_an_answer_is_nobody_s_approval(place: Place) -> None:
    pull = place.written(body=TICKED)
    place.hub.review(pull, by="sato")
    place.double.faults.append(Fault("/pulls/{pull_number}/reviews", change=lambda _: [{}]))
    text = _comment(place, pull)
    assert "❌ GitHub's answer about pulls/1/reviews is incomplete" in text
    assert "✅ sato" not in text


def _refused(text: str) -> str:
    """The lines about approvals."""
    return "\n".join(line for line in text.splitlines() if line.startswith(("  - ", "- **承認")))


def test_a_japanese_desk_reads_in_japanese_why_an_approval_does_not_count(place: Place) -> None:
    policy = BASE["policy.yaml"]
    assert policy is not None
    place.hub.push("main", {"policy.yaml": policy.replace("language: en", "language: ja", 1)}, by="mori")
    pull = place.written()
    told = [_refused(_comment(place, pull))]
    assert "❌ プルリクエスト1番はまだ誰もレビューしていません" in told[0].replace("\\", "")
    place.hub.review(pull, by="suzuki")
    place.hub.review(pull, by="sato")
    place.hub.push("change", {BODY_FILE: "Another copy\n{{ unsubscribe_url }}\n"}, by="suzuki")
    told.append(_refused(_comment(place, pull)))
    assert "❌ satoさんが承認した後に内容が変わりました。現在の内容をもう一度確認して" in told[-1]
    place.hub.push("main", {"campaigns/_shared/foot.txt": None}, by="mori")
    place.double.faults.append(Fault("/pulls/{pull_number}/reviews", change=lambda _: [{}]))
    told.append(_refused(_comment(place, pull)))
    assert "❌ GitHubの回答(pulls/1/reviews)に必要な項目" in told[-1].replace("\\", "")
    place.double.faults.append(Fault("*", 99, status=401))
    told.append(_refused(_comment(place, pull)))
    assert "承認の状況を確認できませんでした: GitHubに問い合わせできません: トークンが無効です" in told[-1]
    assert [line for text in told for line in english_in(text)] == []
    assert not any(str(place.root) in text for text in told)


def test_pull_needs_to_know_where(place: Place) -> None:
    with mock.patch.dict(os.environ, {"GITHUB_REPOSITORY": ""}):
        assert say(place.root, "comment", "text", "--pull", "1").status == 2
