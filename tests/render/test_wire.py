"""What the child says reaches the parent: in order, in few frames, and never as something else."""

from io import BytesIO

import pytest

from pipeline.render import wire
from pipeline.render.composed import Composed, Filled
from pipeline.render.failure import RenderFailure
from pipeline.render.stencil import Filling, Stencil, Words, woven
from pipeline.sentence import Sentence

STENCIL = woven([0, "様"], ["Dear ", 0, "\n"], None, 1)
FAILED = RenderFailure(Sentence("No.", "いいえ。"), Sentence("Mend it.", "直してください。"))
#: As short as the parent's limit may be for a child with the narrowest bounds.
LONGEST = 65_536


def filled(number: int, value: str) -> Filled:
    return Filled(f"m{number}", f"m{number}@people.example", "seal", 0, (value,))


def told(stream: BytesIO) -> list[list[Composed | RenderFailure]]:
    """Frame by frame, as the parent understands it."""
    stream.seek(0)
    frames: list[list[Composed | RenderFailure]] = []
    stencils: list[Stencil] = []
    while stream.tell() < len(stream.getvalue()):
        answer = wire.answer_in(wire.read(stream, longest=LONGEST), stencils)
        if isinstance(answer, Stencil):
            stencils.append(answer)
        else:
            assert not isinstance(answer, wire.Taken)
            frames.append(list(answer))
    return frames


def test_usual_answers_share_a_frame_and_others_keep_their_place() -> None:
    stream = BytesIO()
    answers = wire.Answers(stream)
    answers.before(wire.stencil_out(STENCIL))
    own = Composed("m25", "m25@people.example", "seal", Words("件名", None, "own\n"), "a reason")
    unusual: dict[int, Composed | RenderFailure] = {10: FAILED.of("m10"), 25: own}
    for number in range(50):
        answers.say(unusual.get(number) or filled(number, f"鈴木{number}"))
    answers.flush()
    frames = told(stream)
    assert [len(frame) for frame in frames] == [10, 1, 14, 1, 24]
    said = [result for frame in frames for result in frame]
    assert [result.recipient_id for result in said] == [f"m{number}" for number in range(50)]
    assert said[10] == FAILED.of("m10")
    assert said[25] == own
    last = said[49]
    assert isinstance(last, Composed)
    assert last.said == Filling(STENCIL, ("鈴木49",))
    assert last.words == Words("鈴木49様", None, "Dear 鈴木49\n")


def test_a_frame_of_long_values_is_no_longer_than_the_parent_takes() -> None:
    stream = BytesIO()
    answers = wire.Answers(stream)
    answers.before(wire.stencil_out(STENCIL))
    for number in range(50):
        # six bytes of JSON for each character, the most there are
        answers.say(filled(number, "\x7f\x01" * 500))
    answers.flush()
    frames = told(stream)
    assert sum(map(len, frames)) == 50
    assert 1 < len(frames) < 25


@pytest.mark.parametrize(
    "said",
    [
        [["m1", "m1@people.example", "seal", 0, [7]]],
        [["m1", "m1@people.example", "seal", 0, [["x"]]]],
        [["m1", "m1@people.example", "seal", 0, []]],
        [["m1", "m1@people.example", "seal", 0, ["x", "y"]]],
        [["m1", "m1@people.example", "seal", 1, ["x"]]],
        [["m1", "m1@people.example", "seal", 0]],
        ["m1", "m1@people.example", "seal", 0, ["x"]],
        {
            "kind": "composed",
            "recipient_id": "m1",
            "address": "a@people.example",
            "seal": "s",
            "unshared": "",
        },
        {"kind": "composed", "words": {"subject": "x"}},
        {},
        None,
        7,
    ],
    ids=str,
)
def test_whatever_else_a_child_says_is_no_answer(said: object) -> None:
    with pytest.raises(wire.Garbled):
        wire.answer_in(said, [STENCIL])
