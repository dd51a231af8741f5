import json
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.stories.story import CAMPAIGN, FOOTER, SEGMENT, Story

STATUSES = {"pass", "fail", "warn", "not-applicable", "could-not-run", "later", "waived"}


def write(story: Story, name: str = "sale", **changes: str) -> None:
    """A campaign in the working tree, each key of it replaced by another line."""
    lines = [
        changes.get(line.partition(":")[0], line) if not line.startswith(" ") else line
        for line in CAMPAIGN.splitlines()
    ]
    story.write({f"campaigns/{name}/campaign.yaml": "\n".join(lines) + "\n"})
    story.write({f"campaigns/{name}/body.txt": f"Dear {{{{ recipient.name }}}}, this is {name}.\n{FOOTER}"})


def data(run: Run, *words: str) -> Any:
    return json.loads(run("check", "--format", "json", *words).stdout)


def test_a_green_campaign_is_ok(story: Story, run: Run) -> None:
    write(story)
    result = run("check", status=0)
    assert "ok   sale" in result.stdout
    assert "1 campaign, 0 errors" in result.stdout


def test_a_mistake_is_shown_in_its_line_with_a_caret_and_a_remedy(story: Story, run: Run) -> None:
    write(story, owner="owner: mail-dsk")
    result = run("check", status=1)
    lines = result.stdout.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("campaigns/sale/campaign.yaml:4:"))
    assert lines[at + 1] == "    owner: mail-dsk"
    assert lines[at + 2].rstrip() in {"    ^", "           ^"}
    assert lines[at + 3] == "  → Did you mean `mail-desk`?"
    assert "FAIL sale" in result.stdout


def test_the_caret_stands_under_its_place_behind_full_width_text(story: Story, run: Run) -> None:
    write(story, title="title: {冬: セール, x: 1}")
    result = run("check", status=1)
    lines = result.stdout.splitlines()
    carets = [(lines[n - 1], line) for n, line in enumerate(lines) if line.strip() == "^"]
    text, caret = next(pair for pair in carets if "冬" in pair[0])
    column = caret.index("^")
    wide = sum(2 if ord(c) > 0x2E80 else 1 for c in text)
    assert text.startswith("    title: {冬")
    assert 4 <= column <= wide
    # Blank columns, not full-width blanks, which some fonts draw narrower.
    assert set(caret) == {" ", "^"}


def test_a_place_far_to_the_right_is_shown_with_what_is_around_it(story: Story, run: Run) -> None:
    write(story)
    story.write(
        {"campaigns/sale/body.txt": f"{'長' * 90}{{{{ recipient.nmae }}}}\n{{{{ unsubscribe_url }}}}\n"}
    )
    result = run("check", status=1)
    assert all(len(line) < 200 for line in result.stdout.splitlines())
    assert "nmae" in result.stdout


def test_all_mistakes_come_at_once(story: Story, run: Run) -> None:
    write(story, owner="owner: nobody")
    write(story, name="other", kind="kind: spam", state="state: redy")
    found = data(run)
    assert {c["id"]: len(c["findings"]) for c in found["campaigns"]} == {"other": 2, "sale": 1}


def test_json_is_as_documented(story: Story, run: Run) -> None:
    write(story, owner="owner: nobody")
    story.write({"segments/unused.yaml": SEGMENT})
    found = data(run)
    assert found.keys() == {"campaigns", "findings", "ok"}
    assert found["ok"] is False
    (campaign,) = found["campaigns"]
    assert campaign.keys() == {"id", "digest", "items", "findings"}
    assert len(campaign["digest"]) == 64
    for item in campaign["items"]:
        assert item.keys() == {"rule", "heading", "status", "reason"}
        assert item["status"] in STATUSES
        assert item["rule"].startswith(f"{item['heading']}/")
    (finding,) = campaign["findings"]
    assert finding.keys() == {"rule", "severity", "path", "line", "column", "message", "remedy"}
    assert (finding["rule"], finding["severity"], finding["line"]) == ("settings/owner-exists", "error", 4)
    assert any(f["path"] == "segments/unused.yaml" for f in found["findings"])


def test_a_campaign_that_cannot_be_read_has_no_digest_and_could_not_be_checked(
    story: Story, run: Run
) -> None:
    write(story, state="state: redy")
    (campaign,) = data(run)["campaigns"]
    assert campaign["digest"] is None
    assert "could-not-run" in {item["status"] for item in campaign["items"]}


def test_without_the_contacts_their_items_are_left_for_later(story: Story, run: Run) -> None:
    write(story)
    (story.root / "members.csv").unlink()
    found = data(run)
    later = [item for item in found["campaigns"][0]["items"] if item["status"] == "later"]
    assert "recipients/column-exists" in {item["rule"] for item in later}
    of_people = [item for item in later if item["heading"] == "recipients"]
    assert of_people
    assert all("members.csv" in item["reason"] for item in of_people)
    assert {item["rule"] for item in later} >= {"system/test-send", "system/approval"}
    assert found["ok"] is True
    text = run("check", status=0).stdout
    assert f"{len(later)} for delivery to check" in text
    waiting = [item for item in later if "members.csv" in (item["reason"] or "")]
    assert text.count("members.csv") == 1, "what many wait for is told once"
    assert f" {len(waiting)} items: " in text
    assert "system/test-send" in text


def test_annotations_stand_on_their_lines_and_cannot_be_forged(story: Story, run: Run) -> None:
    write(story, owner='owner: "a%0A::error::b, c"')
    result = run("check", "--format", "github", status=1)
    (line,) = [line for line in result.stdout.splitlines() if line]
    assert line.startswith("::error file=campaigns/sale/campaign.yaml,line=4,col=")
    assert "title=settings/" in line
    assert "%250A" in line
    assert "%0A" not in line


def test_sarif_has_the_shape_of_the_standard(story: Story, run: Run) -> None:
    write(story, owner="owner: nobody")
    sarif = json.loads(run("check", "--format", "sarif", status=1).stdout)
    assert sarif["version"] == "2.1.0"
    (analysis,) = sarif["runs"]
    known = {rule["id"] for rule in analysis["tool"]["driver"]["rules"]}
    assert analysis["results"]
    for result in analysis["results"]:
        assert result["ruleId"] in known
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] >= 1
        assert region["startColumn"] >= 1


def test_only_the_named_campaign_is_checked(story: Story, run: Run) -> None:
    write(story)
    write(story, name="other", owner="owner: nobody")
    assert [c["id"] for c in data(run, "sale")["campaigns"]] == ["sale"]
    run("check", "sale", status=0)


def test_an_unknown_campaign_is_wrong_usage_and_the_known_ones_are_named(story: Story, run: Run) -> None:
    write(story)
    result = run("check", "sael", status=2)
    assert "There is no campaign sael." in result.stderr
    assert "sale" in result.stderr


@pytest.fixture
def two(story: Story) -> Story:
    """Two campaigns on main, for different segments; a branch is checked out."""
    write(story)
    write(story, name="news", audience="audience: {segment: others, expect: {min: 1, max: 9}}")
    write(story, name="shared")
    story.write({"segments/others.yaml": SEGMENT, "campaigns/_shared/foot.txt": "Goodbye\n"})
    body = "Dear {{ recipient.name }}\n{% include '_shared/foot.txt' %}" + FOOTER
    story.write({"campaigns/shared/body.txt": body})
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Campaigns")
    story.git("switch", "-q", "-c", "change")
    return story


@pytest.mark.parametrize(
    ("changed", "touched"),
    [
        ({}, set()),
        ({"README.md": "hello"}, set()),
        ({"campaigns/sale/body.txt": "{{ unsubscribe_url }}\n"}, {"sale"}),
        ({"segments/others.yaml": SEGMENT.replace("Everybody", "Others")}, {"news"}),
        ({"campaigns/_shared/foot.txt": "Farewell\n"}, {"shared"}),
        ({"campaigns/sale/campaign.yaml": "state: redy\n"}, {"sale"}),
    ],
    ids=["nothing", "elsewhere", "body", "segment", "shared piece", "unreadable"],
)
def test_with_a_base_only_what_the_branch_touches_is_checked(
    two: Story, run: Run, changed: dict[str, str], touched: set[str]
) -> None:
    two.write(changed)
    assert {c["id"] for c in data(run, "--base", "main")["campaigns"]} == touched


def test_a_campaign_that_was_broken_before_is_not_passed_over(two: Story, run: Run) -> None:
    two.write({"campaigns/sale/campaign.yaml": "state: redy\n"})
    two.git("commit", "-q", "-a", "-m", "Break it")
    two.git("branch", "-q", "-f", "main")
    two.write({"campaigns/sale/campaign.yaml": "state: reddy\n"})
    assert "sale" in {c["id"] for c in data(run, "--base", "main")["campaigns"]}
    run("check", "--base", "main", status=1)
