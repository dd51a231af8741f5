"""A preview where no browser can be had, and of mails that are hard to show."""

import hashlib
import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from pipeline.checklist.report import CampaignReport
from pipeline.cli import cli
from pipeline.errors import PipelineError
from pipeline.models.recipient import Recipient
from pipeline.preview import chromium
from pipeline.preview.fitting import fitting_page
from pipeline.preview.page import page
from pipeline.preview.picture import Press
from pipeline.preview.reading import Cut
from pipeline.preview.sheet import Album, Mail, Person, Sheet, View
from pipeline.render.cast import Part
from pipeline.render.personas import KINDS
from tests.preview.browser import needs_a_browser
from tests.preview.scene import HOSTILE, PAGE, TEXT, YAML, scene
from tests.stories.story import CAMPAIGN, Story

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def no_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path on which there is git and nothing else."""
    git = shutil.which("git")
    assert git is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").symlink_to(git)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("POSTMERGE_CHROMIUM", raising=False)


def made(story: Story, *words: str) -> tuple[str, str]:
    """The page, and what the command said."""
    out = story.root.parent / "out"
    result = CliRunner().invoke(cli, ["-C", str(story.root), "preview", *words, "--out", str(out)])
    assert result.exit_code == 0, result.output
    return (out / "index.html").read_text(encoding="utf-8"), result.output


def frames(html: str) -> list[str]:
    return [unescape(text) for text in re.findall(r'<iframe sandbox="" [^>]*srcdoc="([^"]*)"', html)]


def test_the_page_works_with_frames_and_says_that_pictures_are_missing(tmp_path: Path) -> None:
    html, said = made(scene(tmp_path / "repository"))
    assert "No pictures:" in said
    assert "There are no pictures:" in html
    assert "data:image/webp" not in html
    shown = frames(html)
    assert html.count("<iframe") == len(shown) >= 7
    assert all("6,860 yen" in frame for frame in shown)
    assert any("Gold members" in frame for frame in shown)
    assert "could not run" in html


def test_what_many_items_wait_for_is_told_once(tmp_path: Path) -> None:
    story = scene(tmp_path / "repository")
    (story.root / "members.csv").unlink()
    html, _ = made(story)
    above, _, items = html.partition('class="items"')
    assert re.search(r"[12]\d items, later, at delivery: [^<]*members\.csv", above)
    assert "later, at delivery" in items
    assert "members.csv" not in items


def test_a_hostile_mail_is_text_in_the_page_and_never_markup(tmp_path: Path) -> None:
    html, _ = made(scene(tmp_path / "repository", PAGE.replace("MORE", HOSTILE)))
    outside = re.sub(r'srcdoc="[^"]*"', "", html)
    assert html.count("<script>") == 1
    # Findings quote the line, as text: no tag of the page holds any of it.
    assert not re.search(r"<[^>]*(?:evil\.example|onerror)", outside)
    assert re.search(r"default-src &#39;none&#39;|default-src 'none'", html)
    assert "unsafe-eval" not in html
    assert "script-src 'sha256-" in unescape(html)


def test_a_mail_that_fails_for_one_person_is_explained_and_the_others_are_shown(tmp_path: Path) -> None:
    template = PAGE.replace("MORE", "{{ 1 / (0 if '<' in recipient.name else 1) }}")
    html, _ = made(scene(tmp_path / "repository", template))
    assert html.count("There is no mail for this person") >= 1
    assert "The template divides by zero." in html
    assert "body.html, line" in html
    assert len(frames(html)) >= 6


def test_a_template_that_never_ends_is_tried_twice_and_the_others_say_that_they_were_not(
    tmp_path: Path,
) -> None:
    loop = "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}"
    html, _ = made(scene(tmp_path / "repository", PAGE.replace("MORE", loop)))
    assert html.count("The mail takes too much computing time.") >= 2
    assert html.count("This mail was not tried: two before it took too much time.") == len(KINDS) - 2
    assert not frames(html)


def test_five_megabytes_and_thousands_of_links_make_no_monster(tmp_path: Path) -> None:
    links = "".join(f'<a href="https://www.hanamori.example/{n}">link {n}</a> ' for n in range(4000))
    template = PAGE.replace("MORE", links + "<p>" + "長い本文。" * 600_000 + "</p>")
    html, _ = made(scene(tmp_path / "repository", template))
    assert "too large to be shown in a frame" in html
    assert "Gmail clips this mail" in html
    assert "https://www.hanamori.example/9<" in html
    assert "and 240 more" in html
    assert len(html) < 5_000_000


def test_many_campaigns_leave_out_what_is_shown_elsewhere_and_say_so() -> None:
    picture = Press().pressed(b"", Image.effect_noise((100, 60), 90).convert("RGB"))
    dark = Press().pressed(b"", Image.effect_noise((100, 60), 60).convert("RGB"))
    views = (View(("desktop", "images-off"), picture), View(("dark",), dark))
    whole = Mail(Cut("Sale", ""), Cut("", ""), "text", 9_000, 9_000, "<p>" + "live" * 2_000, (), ())
    part = Part("ordinary", Recipient("invented-ordinary", "a@people.example", {}), frozenset())
    sheet = Sheet(
        "sale",
        None,
        "",
        None,
        CampaignReport("sale", None, (), ()),
        people=(Person(part, whole, views=views),),
    )
    album = Album("en", "here", None, (sheet,))
    everything = len(page(album))
    assert "left out" not in fitting_page(album)
    less = fitting_page(album, everything - 1)
    assert "the live frames are left out" in less
    assert 'id="c0-m-dark"' in less
    least = fitting_page(album, 0)
    assert "dark, forced dark, images off and live are left out" in least
    assert 'id="c0-m-desktop"' in least
    assert 'id="c0-m-dark"' not in least
    assert everything > len(less) > len(least)


def test_a_machine_without_japanese_letters_says_that_pictures_show_boxes(tmp_path: Path) -> None:
    lister = tmp_path / "bin/fc-list"
    lister.write_text("#!/bin/sh\n")
    lister.chmod(0o755)
    assert chromium.lacks_japanese()
    lister.write_text("#!/bin/sh\nPATH=/nowhere; echo 'Noto Sans CJK JP'\n")
    assert not chromium.lacks_japanese()
    assert "日本語フォントがない" in page(Album("ja", "here", None, (), camera="Chromium", no_fonts=True))
    assert "日本語フォントがない" not in page(Album("ja", "here", None, (), camera="Chromium"))


def test_a_campaign_that_cannot_be_read_shows_its_findings(tmp_path: Path) -> None:
    story = scene(tmp_path / "repository")
    story.write({"campaigns/sale/campaign.yaml": YAML.replace("state: ready", "state: redy")})
    html, _ = made(story)
    assert "The campaign cannot be read" in html
    assert "campaigns/sale/campaign.yaml:1" in html
    assert "state: redy" in html


def test_a_mail_of_text_alone_has_no_html_to_look_at(tmp_path: Path) -> None:
    html, _ = made(scene(tmp_path / "repository", yaml=CAMPAIGN), "sale")
    assert "the blanket is 6,860 yen" in html
    assert "This mail has no HTML part" in html
    assert frames(html) == []


def test_a_branch_that_nobody_takes_is_a_finding_at_its_line(tmp_path: Path) -> None:
    never = "{% if recipient.rank == 'gold' and recipient.rank == 'tin' %}never{% endif %}"
    text = f"Hello\n{never}\n{{{{ unsubscribe_url }}}}\n"
    html, _ = made(scene(tmp_path / "repository", yaml=CAMPAIGN, text=text), "sale")
    assert "No invented person reaches this branch." in html
    assert "campaigns/sale/body.txt:2</code>" in html
    assert "display/unreached-branch" in html


def test_what_could_disguise_a_line_is_shown_and_a_japanese_space_is_one(tmp_path: Path) -> None:
    text = "一\u3000二 {{ unsubscribe_url }} abc\u202edcba\n"
    html, _ = made(scene(tmp_path / "repository", yaml=CAMPAIGN, text=text), "sale")
    assert "一\u3000二" in html
    assert "abc\\x202edcba" in html


def test_numbers_and_approvals_stand_in_the_page(tmp_path: Path) -> None:
    html, _ = made(scene(tmp_path / "repository"))
    assert ">7</strong>" in html
    assert "1 by others than the authors" in html
    assert "people.example" not in html, "nobody real"
    assert "m1@" not in html


def test_what_a_reviewer_looks_up_stands_beside_the_mail(tmp_path: Path) -> None:
    """Each in its own table: what is understood and found, not only what is written."""
    note = b"%PDF-1.4\nhours\n%%EOF\n"
    digest = hashlib.sha256(note).hexdigest()
    more = (
        "facts: {dates: {from: 2126-12-01, until: 2126-12-24}, amounts: {blanket: 6860 yen}}\n"
        f"attachments: [{{file: hours.pdf, sha256: {digest}}}]\n"
    )
    text = TEXT.replace("yen.", "yen from Monday, December 1, 2126.")
    story = scene(tmp_path / "repository", yaml=YAML + more, text=text)
    story.write({"unsubscribed.csv": "email\nm1@people.example\n"})
    (story.root / "campaigns/sale/hours.pdf").write_bytes(note)
    story.git("add", "-A")
    html = " ".join(unescape(re.sub(r"<[^>]+>", " ", made(story, "sale")[0])).split())
    for words in (
        r"Size HTML [\d,]+ of 102,400 bytes, where Gmail clips",
        r"Headers .*List-Unsubscribe-Post List-Unsubscribe=One-Click",
        rf"hours\.pdf application/pdf {len(note)} {' '.join(digest[n : n + 16] for n in range(0, 64, 16))}",
        r"Monday, December 1, 2126 2126-12-01 \(Sun\) another weekday",
        r"blanket 6860 yen HTML text",
        r"from 2126-12-01 text until 2126-12-24 not in the mail",
        r"Recipients 6 Excluded: unsubscribed 1 ",
        r"What the merge does recipients 6 .*first message 2126-12-01 10:00 JST",
    ):
        assert re.search(words, html, re.IGNORECASE), words


def test_a_browser_that_is_named_and_is_none_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTMERGE_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(PipelineError, match="POSTMERGE_CHROMIUM"):
        chromium.find({"POSTMERGE_CHROMIUM": "/nowhere/chromium"})


def test_in_ci_a_missing_browser_fails_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="make browser"):
        needs_a_browser()
    monkeypatch.setenv("CI", "")
    with pytest.raises(pytest.skip.Exception, match="needs a browser"):
        needs_a_browser()
