"""What authors get wrong: `check` names file and line, says what to do, and changes nothing."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.clock import ManualClock
from tests.stories.commands import on_disk, say
from tests.stories.senders import unordered
from tests.stories.story import CAMPAIGN, SEGMENT, Story

_YAML = "campaigns/sale/campaign.yaml"
_BODY = "campaigns/sale/body.txt"
_SEGMENT = "segments/everybody.yaml"
_BOMB = 'a: &a ["lol", "lol"]\n' + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    story = unordered(tmp_path_factory.mktemp("sound") / "repository", members=12)
    story.change({name: text for name, text in story.campaign().items() if text is not None})
    story.merge()
    return story.root


@pytest.fixture
def story(sound: Path, tmp_path: Path) -> Story:
    """A repository with one sound campaign on main, never delivered."""
    shutil.copytree(sound, tmp_path / "repository")
    return Story(tmp_path / "repository", ManualClock(datetime.now(UTC)))


def test_the_sound_repository_passes(story: Story) -> None:
    assert say(story.root, "check").status == 0


def _where(predicate: str) -> str:
    return SEGMENT.replace("columns:", f"where: {predicate}\ncolumns:")


@pytest.mark.parametrize(
    ("path", "content", "place", "words"),
    [
        pytest.param(_YAML, _BOMB, f"{_YAML}:1:", "Anchors", id="yaml bomb"),
        pytest.param(_YAML, "a: " + "[" * 100_000, f"{_YAML}:1:", "deep", id="100,000 brackets"),
        pytest.param(_YAML, "{a: " * 60_000, f"{_YAML}:1:", "deep", id="60,000 braces"),
        pytest.param(_YAML, CAMPAIGN + "title: Again\n", f"{_YAML}:12:", "title", id="duplicate key"),
        pytest.param(_YAML, CAMPAIGN + "colour: red\n", f"{_YAML}:12:", "colour", id="unknown key"),
        pytest.param(_YAML, b"\xff\xfe\x00\x01", f"{_YAML}:1:", "UTF-8", id="binary campaign.yaml"),
        pytest.param(_YAML, "", f"{_YAML}:1:", "", id="empty campaign.yaml"),
        pytest.param(
            _YAML,
            CAMPAIGN.replace("segment: everybody", "segment: nobody"),
            f"{_YAML}:9:",
            "nobody",
            id="unknown segment",
        ),
        pytest.param(
            _YAML, CAMPAIGN.replace("from: news", "from: old"), f"{_YAML}:6:", "old", id="unknown sender"
        ),
        pytest.param(
            _YAML, CAMPAIGN.replace("body.txt", "gone.txt"), f"{_YAML}:8:", "gone.txt", id="missing body"
        ),
        pytest.param(_BODY, b"\x89PNG\r\n\x1a\n\x00\x00", f"{_BODY}:1:", "text", id="binary template"),
        pytest.param(
            _BODY, "長い文。\n" * 800_000, f"{_BODY}:1:", "longer than a million", id="10 MB of text"
        ),
        pytest.param(_YAML, "長い文。\n" * 800_000, f"{_YAML}:", "", id="10 MB campaign.yaml"),
        pytest.param(_BODY, "Hello\n{% include 'gone.txt' %}\n", f"{_BODY}:2:", "gone.txt", id="no include"),
        pytest.param(_BODY, "Hello\n{% if %}\n", f"{_BODY}:2:", "", id="broken template"),
        pytest.param(
            _SEGMENT,
            _where("id in (select id from members)"),
            f"{_SEGMENT}:3:",
            "query of its own",
            id="sub-select",
        ),
        pytest.param(
            _SEGMENT,
            _where("exists (from read_csv('/etc/passwd'))"),
            f"{_SEGMENT}:3:",
            "",
            id="exists read_csv",
        ),
        pytest.param(
            _SEGMENT,
            _where("read_csv('/etc/passwd') is not null"),
            f"{_SEGMENT}:3:",
            "read_csv",
            id="read_csv",
        ),
        pytest.param(
            _SEGMENT, _where("consent < current_date"), f"{_SEGMENT}:3:", "CURRENT_DATE", id="moving date"
        ),
        pytest.param(_SEGMENT, _where("true; drop table members"), f"{_SEGMENT}:3:", "", id="statement"),
        pytest.param(_SEGMENT, _where("town = 'Tokyo'"), f"{_SEGMENT}:3:", "town", id="unknown column"),
        pytest.param(
            _SEGMENT, SEGMENT.replace("[name]", "[name, town]"), f"{_SEGMENT}:3:", "town", id="absent column"
        ),
        pytest.param(
            _SEGMENT, SEGMENT.replace("members", "strangers"), f"{_SEGMENT}:2:", "strangers", id="no source"
        ),
        pytest.param("policy.yaml", "organisation: [", "policy.yaml:1:", "", id="broken policy"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    path: str, content: str | bytes, place: str, words: str, story: Story
) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    (story.root / path).write_bytes(data)
    before = on_disk(story.root)

    said = say(story.root, "check")

    assert said.status == 1, said.text
    assert place in said.text, said.text
    assert words in said.text, said.text
    assert on_disk(story.root) == before


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(
            "{% for a in range(99999999) %}{% for b in range(99999999) %}{% endfor %}{% endfor %}",
            "range",
            id="loop",
        ),
        pytest.param("{% set s = 'x' * 2000000000 %}{{ s | length }}", "", id="memory"),
        pytest.param("{{ ''.__class__.__mro__ }}", "__class__", id="attributes"),
        pytest.param("{{ recipient.__init__.__globals__ }}", "__init__", id="globals"),
        pytest.param("{% include '/etc/passwd' %}", "/etc/passwd", id="absolute file"),
        pytest.param("{% include '../../policy.yaml' %}", "policy.yaml", id="file above"),
        pytest.param("{{ open('/etc/passwd') }}", "open", id="open"),
        pytest.param("{{ recipient.telephone }}", "telephone", id="undefined"),
    ],
)
def test_a_dangerous_template_is_refused_at_its_line(body: str, words: str, story: Story) -> None:
    story.write({_BODY: f"Hello\n{body}\nhttps://www.hanamori.example {{{{ unsubscribe_url }}}}\n"})
    before = on_disk(story.root)

    said = say(story.root, "check")

    assert said.status == 1, said.text
    assert f"{_BODY}:2:" in said.text, said.text
    assert words in said.text, said.text
    assert "root:" not in said.text
    assert on_disk(story.root) == before


def _no_campaign_yaml(story: Story) -> str:
    (story.root / _YAML).unlink()
    return "campaigns/sale"


def _ids_that_differ_in_case(story: Story) -> str:
    shutil.copytree(story.root / "campaigns/sale", story.root / "campaigns/Sale")
    return "campaigns/Sale"


def _link_out_of_the_folder(story: Story) -> str:
    (story.root / "secret.txt").write_text("secret", "utf-8")
    (story.root / _BODY).unlink()
    (story.root / _BODY).symlink_to("../../secret.txt")
    return _BODY


def _folder_link(story: Story) -> str:
    shutil.move(story.root / "campaigns/sale", story.root / "elsewhere")
    (story.root / "campaigns/sale").symlink_to("../elsewhere")
    return "campaigns/sale"


def _contacts_of_another_shape(story: Story) -> str:
    story.write({"members.csv": "id,name\nm1,Person\n"})
    return "email"


@pytest.mark.parametrize(
    "spoil",
    [
        _no_campaign_yaml,
        _ids_that_differ_in_case,
        _link_out_of_the_folder,
        _folder_link,
        _contacts_of_another_shape,
    ],
)
def test_a_spoilt_folder_or_list_is_named(spoil: Callable[[Story], str], story: Story) -> None:
    place = spoil(story)
    before = on_disk(story.root)

    said = say(story.root, "check")

    assert said.status == 1, said.text
    assert place in said.text, said.text
    assert on_disk(story.root) == before


def test_every_format_survives_every_mistake_at_once(story: Story) -> None:
    _ids_that_differ_in_case(story)
    (story.root / "members.csv").unlink()
    story.write(
        {_SEGMENT: _where("1 = (select 1)"), "campaigns/other/x.txt": "", "campaigns/last/campaign.yaml": "["}
    )
    for form in ("text", "json", "github", "sarif"):
        said = say(story.root, "check", "--format", form)
        assert said.status == 1
        if form in {"json", "sarif"}:
            assert json.loads(said.text)


def test_an_empty_folder_of_campaigns_is_said_to_be_empty(story: Story) -> None:
    shutil.rmtree(story.root / "campaigns/sale")
    said = say(story.root, "check")
    assert said.status == 1, said.text
    assert "campaigns:1:1: error: There are no campaigns." in said.text
    assert "Stop: Sale" in say(story.root, "plan", "--base", "main").text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("check", "nothing"), "There is no campaign nothing."),
        (("status", "nothing"), "nothing"),
        (("test-send", "nothing", "--to", "a@staff.hanamori.example"), "There is no campaign nothing."),
        (("halt", "--reason", "why"), "Name one campaign, or say --all."),
        (("halt", "sale", "--all", "--reason", "why"), "Name one campaign, or say --all."),
        (("release", "sale", "--all", "--reason", "why"), "Name one campaign, or say --all."),
        (("halt", "sale"), "--reason"),
        (("deliver", "--target", "moon"), "policy.yaml names no target moon."),
        (("status", "--target", "moon"), "policy.yaml names no target moon."),
        (("deliver", "--for", "a while"), "a while"),
        (("check", "--format", "xml"), "xml"),
        (("check", "../sale"), "There is no campaign ../sale."),
        (("blast",), "blast"),
    ],
)
def test_words_that_mean_nothing_are_wrong_usage(words: tuple[str, ...], sentence: str, story: Story) -> None:
    before = on_disk(story.root)
    said = say(story.root, *words)
    assert said.status == 2, said.text
    assert sentence in said.text
    assert on_disk(story.root) == before


@pytest.mark.parametrize("word", ["halt", "release"])
def test_a_brake_on_a_name_that_nobody_has_is_not_a_success(word: str, story: Story) -> None:
    said = say(story.root, word, "nothing", "--reason", "why")
    assert said.status in {1, 2}, said.text
    assert "nothing" in said.text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("check", "--base", "no-such-branch"), "no-such-branch"),
        (("plan", "--base", "no-such-branch"), "no-such-branch"),
        (("deliver", "--branch", "no-such-branch"), "no-such-branch"),
    ],
)
def test_a_branch_that_is_not_here_is_a_broken_environment(
    words: tuple[str, ...], sentence: str, story: Story
) -> None:
    before = on_disk(story.root)
    said = say(story.root, *words)
    assert said.status == 3, said.text
    assert sentence in said.text
    assert on_disk(story.root) == before


@pytest.mark.parametrize(
    "to", ["someone@stranger.example", "no address", "a@staff.hanamori.example.evil.example"]
)
def test_a_test_send_to_somebody_else_is_refused(to: str, story: Story) -> None:
    before = on_disk(story.root)
    said = say(story.root, "test-send", "sale", "--to", to)
    assert said.status == 1, said.text
    assert to in said.text
    assert {p for p in on_disk(story.root) if "outbox" in p} == {p for p in before if "outbox" in p}
