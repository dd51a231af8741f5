from tests.cli.conftest import Run
from tests.stories.story import Story


def test_schemas_are_written_once_and_checked_after(story: Story, run: Run) -> None:
    assert "run: postmerge schema" in run("schema", "--check", status=1).stdout
    assert not (story.root / "schema").exists()
    assert "schema/campaign.json: written" in run("schema", status=0).stdout
    assert run("schema", "--check", status=0).stdout == "schema/: up to date\n"
    (story.root / "schema/policy.json").write_text("{}", encoding="utf-8")
    assert "schema/policy.json: not up to date" in run("schema", "--check", status=1).stdout
