"""Patience ends with its question, and not before; nobody is lost who has answered."""

from threading import Event

from pipeline.render import patience
from pipeline.render.patience import Patience


def test_whoever_takes_too_long_is_lost() -> None:
    lost = Event()
    waiting = Patience(lost.set)
    with waiting.of(0.1):
        assert lost.wait(30)
    waiting.leave()


def test_whoever_has_answered_is_not_lost() -> None:
    lost, looks = Event(), _Looks()
    waiting = Patience(lost.set)
    waiting._left = looks
    with waiting.of(patience._LOOK_EVERY):
        pass
    assert looks.enough.wait(30)
    assert not lost.is_set()
    waiting.leave()


def test_of_two_questions_each_has_an_end_of_its_own() -> None:
    lost = Event()
    waiting = Patience(lost.set)
    with waiting.of(0.1):
        with waiting.of(1000):
            pass
        assert lost.wait(30)
    waiting.leave()


class _Looks(Event):
    """Counts the looks; enough are more than the question of a moment ago had time for."""

    def __init__(self) -> None:
        super().__init__()
        self.enough = Event()
        self._seen = 0

    def wait(self, timeout: float | None = None) -> bool:
        self._seen += 1
        if self._seen > 4:
            self.enough.set()
        return super().wait(timeout)
