"""What a long delivery says while it works."""

import io
import sys

import pytest

from pipeline.cli.narration import Narration


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _said(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with Narration() as narration:
        narration.say("sale", "wave 1 of 2")
        narration.say("sale", "batch 1 of wave 1: 50")
        narration.say("sale", "batch 2 of wave 1: 30")
    return stream.getvalue()


def test_on_a_terminal_a_counter_moves_with_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    said = _said(_Terminal(), monkeypatch)
    assert "sale: wave 1 of 2" in said
    assert "80 recipients" in said


def test_in_a_log_there_is_a_line_an_event_and_none_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _said(io.StringIO(), monkeypatch) == "sale: wave 1 of 2\n"
