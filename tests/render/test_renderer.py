"""Mails are made in a child that a hostile template cannot get out of, or hold up."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import PipelineError
from pipeline.models.recipient import Recipient
from pipeline.render.failure import RenderFailure
from pipeline.render.limits import Limits
from pipeline.render.message import Message, recipient_tag
from pipeline.render.renderer import Renderer
from pipeline.render.source import MailSource
from pipeline.render.unsubscribe import UnsubscribeKey, verify

Change = Callable[..., MailSource]
Render = Callable[..., tuple[Message | RenderFailure, ...]]
KEY = UnsubscribeKey(b"k" * 32)
TIGHT = Limits(cpu_seconds=1)

#: Only the second of three people runs into it.
POISON = "{% if recipient.poison %}@{% endif %}hello {{ recipient.family_name }}"
STOPPED = {
    "a loop inside a loop": (
        "{% for i in range(9999) %}{% for j in range(9999) %}{% for k in range(9999) %}"
        "{% endfor %}{% endfor %}{% endfor %}"
    ),
    "a range of a thousand million": "{% for i in range(10**9) %}{% endfor %}",
    "a number with a hundred million digits": "{{ 10**(10**8) }}",
    "text of ten thousand million letters": "{{ 'a'*10**10 }}",
    "padding of ten thousand million letters": "{{ 'a'|center(10**10) }}",
    "a format of a thousand million letters": "{{ '%01000000000d'|format(7) }}",
    "letters doubled forty times": (
        "{% set n = namespace(s='aaaaaaaa') %}"
        "{% for i in range(40) %}{% set n.s = n.s ~ n.s %}{% endfor %}{{ n.s|length }}"
    ),
    "a hundred megabytes": (
        "{% for i in range(9999) %}{% for j in range(9999) %}aaaaaaaaaa{% endfor %}{% endfor %}"
    ),
    "a macro that calls itself": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "a piece that includes itself": "{% include 'body.txt' %}",
    "the class of a text": "{{ ''.__class__ }}",
    "all classes": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "globals by way of cycler": "{{ cycler.__init__.__globals__ }}",
    "globals by way of a macro": "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
    "a class by subscript": "{{ ''['__class__'] }}",
    "a class by way of format": "{{ '{0.__class__}'.format('') }}",
    "a class by way of map": "{{ ['']|map(attribute='__class__')|list }}",
    "the row itself": "{{ recipient._values }}",
    "the whole row": "{{ recipient }}",
    "the template's environment": "{{ self._TemplateReference__context }}",
    "a file of the machine": "{% include '/etc/passwd' %}",
    "a file by climbing": "{% include '../../../../../../etc/passwd' %}",
    "a file by climbing out of shared": "{% include '_shared/../../policy.yaml' %}",
    "python's own open": "{{ open('/etc/passwd') }}",
    "chance": "{{ [1,2,3]|random }}",
    "changing a value": "{{ facts.dates.update({'a': 1}) }}",
}


def person(number: int = 1, **fields: str) -> Recipient:
    return Recipient(
        f"m{number}", f"person{number}@personas.example", {"family_name": "鈴木", "poison": "", **fields}
    )


@pytest.mark.parametrize("attack", STOPPED.values(), ids=STOPPED.keys())
def test_a_hostile_template_fails_for_its_recipient_and_for_nobody_else(
    mail: Change, render: Render, attack: str
) -> None:
    source = mail(words=POISON.replace("@", attack))
    # a condition is no shelter for what is worked out while the template is read
    people = person(1), person(2, poison="yes"), person(3)
    first, second, third = render(source, *people)
    assert isinstance(second, RenderFailure)
    assert second.recipient_id == "m2"
    assert second.template == "body.txt"
    assert second.sentence.en.endswith(".")
    assert second.remedy.en.endswith(".")
    for result, who in ((first, "m1"), (third, "m3")):
        assert isinstance(result, Message)
        assert result.recipient_id == who
        assert "root:" not in result.text


def test_the_line_of_an_endless_loop_is_named(mail: Change, render: Render) -> None:
    (result,) = render(mail(words="one\ntwo\n" + STOPPED["a loop inside a loop"]))
    assert isinstance(result, RenderFailure)
    assert result.place.en == "body.txt, line 3"
    assert "computing time" in result.sentence.en


@pytest.mark.slow
def test_work_that_only_the_kernel_can_stop_is_stopped(mail: Change, render: Render) -> None:
    # counting is one step in C: ten thousand comparisons of ten million letters each
    attack = (
        "{% set long = (recipient.poison * 9999).replace('a', 'a' * 999) %}"
        "{{ ([long ~ 'x'] * 9999).count(long ~ 'y') }}"
    )
    source = mail(words="{% if recipient.poison %}" + attack + "{% endif %}ok")
    ill, well = render(source, person(1, poison="a"), person(2))
    assert isinstance(ill, RenderFailure)
    assert "computing time" in ill.sentence.en
    assert isinstance(well, Message)


def test_a_killed_child_is_replaced_and_nobody_is_lost(mail: Change) -> None:
    with Renderer(mail(), KEY, limits=TIGHT) as renderer:
        assert all(isinstance(result, Message) for result in renderer.render([person(1)]))
        child = renderer._child
        assert child is not None
        os.kill(child._process.pid, signal.SIGKILL)
        results = renderer.render([person(number) for number in range(2, 6)])
    assert [result.recipient_id for result in results if isinstance(result, Message)] == [
        "m2",
        "m3",
        "m4",
        "m5",
    ]


@pytest.mark.slow
def test_a_child_that_hangs_is_ended_and_the_mails_are_made_by_another(mail: Change) -> None:
    impatient = Limits(wall_seconds=8.0, wall_seconds_each=0.1)
    with Renderer(mail(), KEY, limits=impatient) as renderer:
        renderer.render([person(1)])
        assert renderer._child is not None
        os.kill(renderer._child._process.pid, signal.SIGSTOP)
        (result,) = renderer.render([person(2)])
    assert isinstance(result, Message)


@pytest.mark.parametrize("python", ["/bin/false", "/nowhere/python"])
def test_a_child_that_cannot_start_is_a_broken_environment_not_a_bad_mail(
    mail: Change, monkeypatch: pytest.MonkeyPatch, python: str
) -> None:
    monkeypatch.setattr(sys, "executable", python)
    with Renderer(mail(), KEY) as renderer, pytest.raises(PipelineError, match="did not start"):
        renderer.render([person()])


def test_a_longer_audience_than_one_batch_comes_back_complete_and_in_order(
    mail: Change, render: Render
) -> None:
    people = [person(number, family_name=f"名{number}") for number in range(120)]
    results = render(mail(), *people)
    assert [(m.to, m.seal, m.text) for m in results if isinstance(m, Message)] == [
        (p.address, p.seal, f"{p.fields['family_name']}様\n") for p in people
    ]


def test_the_child_sees_no_secret_and_no_file(mail: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "invented-secret")
    with Renderer(mail(), KEY, limits=TIGHT) as renderer:
        renderer.render([person()])
        assert renderer._child is not None
        process = Path(f"/proc/{renderer._child._process.pid}")
        assert b"invented-secret" not in (process / "environ").read_bytes()
        assert list((process / "cwd").iterdir()) == []
        limits = (process / "limits").read_text()
    assert any(line.split()[:4] == ["Max", "open", "files", "3"] for line in limits.splitlines())
    assert any(line.split()[:4] == ["Max", "file", "size", "0"] for line in limits.splitlines())


def test_nothing_is_left_running_afterwards(mail: Change) -> None:
    with Renderer(mail(), KEY) as renderer:
        renderer.render([person()])
        assert renderer._child is not None
        process = renderer._child._process
    assert process.returncode == 0


def test_a_child_that_is_at_work_has_no_folder_that_a_kill_could_leave(mail: Change) -> None:
    with Renderer(mail(), KEY) as renderer:
        renderer.render([person()])
        assert renderer._child is not None
        folder, deleted, _ = str(Path(f"/proc/{renderer._child._process.pid}/cwd").readlink()).partition(" (")
        assert Path(folder).name.startswith("postmerge-render-")
        assert deleted
        assert not Path(folder).exists()


def test_every_mail_has_its_own_unsubscribe_link(mail: Change, render: Render) -> None:
    source = mail(words="{{ unsubscribe_url }}")
    first, second = render(source, person(1), person(2))
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    for message in (first, second):
        url = message.text.strip()
        assert message.headers == (
            ("List-Unsubscribe", f"<{url}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        )
        said = verify(url.removeprefix("https://u.hanamori.example/"), KEY)
        assert said is not None
        assert (said.campaign, said.recipient_id) == ("winter", message.recipient_id)


def test_a_mail_that_needs_no_unsubscribing_has_no_such_header(mail: Change, render: Render) -> None:
    (message,) = render(mail(one_click=False))
    assert isinstance(message, Message)
    assert message.headers == ()


def test_tags_are_those_of_the_recipient(mail: Change) -> None:
    with Renderer(mail(), KEY) as renderer:
        (message,) = renderer.render([person(7)], {"batch": "b1"})
    assert isinstance(message, Message)
    assert message.tags == (("batch", "b1"), ("recipient", recipient_tag("winter", "m7")))


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nBcc: c@d.example", "a@b.example,c@d.example", "a b@c.example", ""]
)
def test_a_row_with_a_bad_address_gets_no_mail_and_harms_nobody(
    mail: Change, render: Render, address: str
) -> None:
    bad, good = render(mail(), Recipient("m1", address, {"family_name": "鈴木"}), person(2))
    assert isinstance(bad, RenderFailure)
    assert isinstance(good, Message)
    assert "example" not in bad.sentence.en


def test_one_recipients_values_never_reach_the_next_mail(mail: Change, render: Render) -> None:
    keeper = (
        "{% set kept = namespace(name='nobody') %}"
        "{% macro note(x) %}{{ kept.name }}{% set kept.name = x %}{% endmacro %}"
    )
    source = mail(
        words="{% from 'keeper.txt' import note %}{{ note(recipient.family_name) }}",
        files={"keeper.txt": keeper},
    )
    results = render(source, person(1, family_name="鈴木"), person(2, family_name="佐藤"))
    assert [result.text for result in results if isinstance(result, Message)] == ["nobody", "nobody"]


def test_lone_halves_of_characters_in_the_data_are_a_failure_not_a_crash(
    mail: Change, render: Render
) -> None:
    bad, good = render(mail(), person(1, family_name="\ud83d"), person(2))
    assert isinstance(bad, RenderFailure)
    assert isinstance(good, Message)


@pytest.mark.slow
def test_failures_never_quote_a_person(mail: Change, render: Render) -> None:
    for words in (
        "{{ recipient.family_name|int }}",
        "{{ recipient.family_name|number }}",
        "{{ 1 + recipient.family_name }}",
        "{{ recipient.family_name.zzz }}",
        "{{ facts.dates[recipient.family_name] }}",
        "{{ recipient[recipient.family_name] }}",
        "{{ {}[recipient.family_name] }}",
        "{% include recipient.family_name %}",
        "{{ [1]|map(recipient.family_name)|list }}",
        "{{ recipient.family_name|date }}",
    ):
        (result,) = render(mail(words=words), person(1, family_name="秘密花子"))
        assert isinstance(result, RenderFailure), words
        assert "秘密" not in f"{result.sentence} {result.remedy}"
