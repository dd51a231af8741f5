"""Trying a campaign with invented people."""

from collections.abc import Callable, Sequence

import pytest

from pipeline.models.recipient import Recipient
from pipeline.render import check
from pipeline.render.check import rehearsed
from pipeline.render.child_process import Spare
from pipeline.render.failure import RenderFailure
from pipeline.render.message import Message
from pipeline.render.personas import invented
from pipeline.render.renderer import Renderer
from pipeline.render.source import MailSource
from pipeline.render.unsubscribe import EXAMPLE_KEY
from pipeline.render.wire import Errand

Change = Callable[..., MailSource]


def problems(source: MailSource, people: Sequence[Recipient]) -> tuple[RenderFailure, ...]:
    return tuple(result for result in rehearsed(source, people).results if isinstance(result, RenderFailure))


def test_a_sound_campaign_has_no_problems(mail: Change) -> None:
    source = mail(words="{{ recipient.points|number }} {{ recipient.joined_on|date }} {{ unsubscribe_url }}")
    assert problems(source, invented(["family_name", "points", "joined_on"], "ja")) == ()


def test_the_same_fault_is_told_once(mail: Change) -> None:
    source = mail(words="\n{{ recipient.nothing }}")
    (problem,) = problems(source, invented(["family_name"], "ja"))
    assert problem.place.en == "body.txt, line 2"


def test_a_fault_that_only_some_people_meet_is_found(mail: Change) -> None:
    source = mail(words="{% if not recipient.nickname %}{{ recipient.nothing }}{% endif %}x")
    assert len(problems(source, invented(["family_name", "nickname"], "ja"))) == 1
    assert (
        problems(mail(words="x{{ recipient.nickname }}"), invented(["family_name", "nickname"], "ja")) == ()
    )


def test_whoever_a_branch_is_for_is_tried_too(mail: Change) -> None:
    people = invented(["family_name", "rank"], "ja")
    words = "{{ recipient.family_name }}{% if recipient.rank == 'gold' %}■■{% endif %}"
    tried = rehearsed(mail(words=words), people)
    assert tried.people[: len(people)] == people
    (gold,) = tried.people[len(people) :]
    assert gold.fields["rank"] == "gold"
    with_it = [m.recipient_id for m in tried.results if isinstance(m, Message) and "■■" in m.text]
    assert with_it == [gold.id]


@pytest.mark.slow
def test_a_branch_without_end_is_found_although_only_few_take_it(mail: Change) -> None:
    loop = "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}"
    words = f"{{% if recipient.rank == 'gold' %}}{loop}{{% endif %}}x"
    (problem,) = problems(mail(words=words), invented(["family_name", "rank"], "ja"))
    assert problem.sentence.en == "The mail takes too much computing time."
    assert problem.place.en == "body.txt, line 1"


def test_what_a_child_that_died_said_of_branches_is_asked_anew(mail: Change) -> None:
    people = invented(["family_name"], "ja")
    longest = max(len(person.fields["family_name"]) for person in people[:3])
    assert all(len(person.fields["family_name"]) < longest for person in people[3:])
    source = mail(words=f"x{{% if recipient.family_name|length >= {longest} %}}y{{% endif %}}")
    with Renderer(source, EXAMPLE_KEY, errand=Errand.REHEARSE) as renderer:
        results = renderer.render(people[:3])
        assert renderer._child is not None
        renderer._child._process.kill()
        results += renderer.render(people[3:])
        assert len(renderer.told) < len(people), "what the first child said of them is gone"
        assert check._further(renderer, source, people, results) == (), "one of the first three takes it"


def test_a_fault_in_a_branch_that_few_take_is_found(mail: Change) -> None:
    words = "x{% if recipient.rank == 'gold' %}\n{{ recipient.nothing }}{% endif %}"
    (problem,) = problems(mail(words=words), invented(["family_name", "rank"], "ja"))
    assert problem.place.en == "body.txt, line 2"


def test_where_somebody_takes_every_branch_nobody_else_is_tried(mail: Change) -> None:
    people = invented(["family_name", "points"], "ja")
    words = "{% if recipient.points == '0' %}a{% else %}b{% endif %}"
    assert rehearsed(mail(words=words), people).people == people


#: A template with everything by which a branch is noticed.
BRANCHING = (
    "{% set tier = recipient.rank or 'none' %}{% if recipient.a and recipient.rank != 'x' %}1{% elif tier %}2"
    "{% else %}3{% endif %}{{ recipient.a|d('<5>') }}"
    "{{ 'y' if recipient.a else 'z' }}{{ recipient.rank or recipient.a and '&' }}"
    "{% for i in recipient.a.split('n') %}{{ loop.index }}/{{ loop.length }}"
    "{% if not loop.last %}, {% endif %}{% else %}none{% endfor %}"
)


def test_a_mail_that_is_watched_says_the_same(mail: Change) -> None:
    source = mail(
        words=BRANCHING, page=f"<html><body><p>{BRANCHING}</p></body></html>", subject=f"s{BRANCHING}"
    )
    people = invented(["a", "rank"], "en")
    with Renderer(source, EXAMPLE_KEY, errand=Errand.EACH) as renderer:
        usual = renderer.render(people)
    watched = rehearsed(source, people)
    assert watched.results[: len(people)] == usual
    assert all(isinstance(each, Message) for each in usual)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_invented_people_have_every_column_and_exist_nowhere(language: str) -> None:
    columns = [
        "family_name",
        "given_name",
        "family_name_kana",
        "points",
        "prefecture",
        "last_order_on",
        "姓",
        "rank",
    ]
    people = invented(columns, "ja" if language == "ja" else "en")
    assert len({person.id for person in people}) == len(people)
    for person in people:
        assert list(person.fields) == columns
        assert person.address.endswith("@personas.example")
    together = "".join(value for person in people for value in person.fields.values())
    assert "<b>" in together
    assert "'" in together
    assert any(value == "" for person in people for value in person.fields.values())
    assert language == "en" or "髙" in together


def test_after_the_same_fault_twice_the_others_are_not_tried(mail: Change) -> None:
    people = invented(["family_name"], "ja")
    hostile = next(person for person in people if "<b>" in person.fields["family_name"])
    others = [person for person in people if person is not hostile]
    words = "{% if '<' in recipient.family_name %}{{ recipient.other }}{% endif %}{{ recipient.nothing }}"
    assert len(problems(mail(words=words), [*others, hostile])) == 1
    assert len(problems(mail(words=words), [hostile, *others])) == 2


def test_one_process_serves_one_campaign_after_the_other_and_forgets_the_one_before(mail: Change) -> None:
    people = invented(["family_name"], "ja")
    with Spare() as spare:
        first = rehearsed(mail(words="one {{ recipient.family_name }}"), people, spare).results
        child = spare._child
        second = rehearsed(mail(words="two {{ recipient.family_name }}"), people, spare).results
        assert spare._child is child
    assert [m.text for m in second if isinstance(m, Message)] == [
        m.text.replace("one", "two") for m in first if isinstance(m, Message)
    ]
    assert len(second) == len(people)


def test_after_a_campaign_that_ends_the_process_the_next_one_is_rendered(mail: Change) -> None:
    people = invented(["family_name"], "ja")
    with Spare() as spare:
        failed = rehearsed(mail(words="{{ 'a'|center(10**10) }}"), people, spare).results
        assert all(isinstance(each, RenderFailure) for each in failed)
        assert problems(mail(words="sound"), people) == ()
        sound = rehearsed(mail(words="x"), people, spare).results
        assert not [each for each in sound if isinstance(each, RenderFailure)]
