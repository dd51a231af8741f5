"""The demo is a promise of the README: it plays the main job, and it fails when a promise is broken."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.delivery.status import Progress, Status
from pipeline.demo import play
from pipeline.demo.stage import examples_near
from pipeline.errors import PipelineError
from pipeline.ledger.entry import Account

_REPOSITORY = Path(__file__).resolve().parents[2]


def _demo(folder: Path, scratch: Path) -> subprocess.CompletedProcess[str]:
    scratch.mkdir()
    command = [sys.executable, "-m", "pipeline", "demo"]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_one_campaign_goes_out_and_the_reverted_one_stops(tmp_path: Path) -> None:
    done = _demo(_REPOSITORY, tmp_path / "scratch")
    assert done.returncode == 0, done.stderr
    assert "733 planned = 733 accepted + 0 refused + 0 excluded + 0 held + 0 unknown" in done.stdout
    assert "2,097 planned = 305 accepted + 0 refused + 0 excluded + 1,792 held + 0 unknown" in done.stdout
    assert "733 messages in the outbox, nobody has two" in done.stdout
    (outbox,) = (tmp_path / "scratch").glob("postmerge-demo-*/.postmerge/outbox/2026-12-winter-sale")
    assert len(play.received_by(outbox)) == 733


@pytest.mark.slow
def test_a_campaign_that_is_not_green_fails_the_demo(tmp_path: Path) -> None:
    examples = tmp_path / "examples"
    for name in ("campaigns", "segments", "schema"):
        shutil.copytree(_REPOSITORY / name, examples / name)
    policy = (_REPOSITORY / "policy.yaml").read_text(encoding="utf-8")
    (examples / "policy.yaml").write_text(policy.replace("  news:", "  gazette:", 1), encoding="utf-8")
    done = _demo(examples, tmp_path / "scratch")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr


def test_without_examples_it_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"no campaigns/ and policy\.yaml"):
        examples_near(tmp_path)


_STATUS = Status("sale", "Sale", Progress.COMPLETE, (), Account(planned=2, accepted=2), {}, None)


def test_somebody_with_two_messages_fails_the_demo() -> None:
    with pytest.raises(play.DemoFailed, match="got sale twice"):
        play.assert_promises(_STATUS, Counter({"a@people.example": 2}))


def test_a_message_that_the_ledger_does_not_know_fails_the_demo() -> None:
    received = Counter({"a@people.example": 1, "b@people.example": 1, "c@people.example": 1})
    with pytest.raises(play.DemoFailed, match="do not agree"):
        play.assert_promises(_STATUS, received)


def test_numbers_that_do_not_add_up_fail_the_demo() -> None:
    wrong = replace(_STATUS, account=Account(planned=3, accepted=2))
    with pytest.raises(play.DemoFailed, match="do not agree"):
        play.assert_promises(wrong, Counter({"a@people.example": 1, "b@people.example": 1}))
