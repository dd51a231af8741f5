"""Who stands for an audience, and which branches their mails take."""

from collections.abc import Callable, Sequence

import pytest

from pipeline.models.personas import Persona
from pipeline.models.recipient import Recipient
from pipeline.render import branch_people
from pipeline.render.branch import Branch
from pipeline.render.cast import Cast, cast_of
from pipeline.render.personas import KINDS, invented
from pipeline.render.probe import Probe, Way
from pipeline.render.renderer import Renderer
from pipeline.render.source import MailSource

Mail = Callable[..., MailSource]


def cast(mail: Mail, words: str, columns: Sequence[str], own: Sequence[Persona] = ()) -> Cast:
    return cast_of(mail(words=words, html=None, subject="x"), columns, own)


def taken(found: Cast) -> set[tuple[int, str, str]]:
    numbers = frozenset[int]().union(*(part.taken for part in found.parts))
    return {(b.line, b.kind, b.outcome) for n, b in enumerate(found.branches) if n in numbers}


def added(found: Cast) -> list[dict[str, str]]:
    return [dict(part.row.fields) for part in found.parts if part.kind == "branch"]


def lost(found: Cast) -> list[tuple[int, str, str]]:
    return [(branch.line, branch.kind, branch.outcome) for branch in found.unreached]


def test_a_mail_without_branches_needs_only_the_difficult_people(mail: Mail) -> None:
    found = cast(mail, "{{ recipient.family_name }}", ["family_name"])
    assert [part.kind for part in found.parts] == list(KINDS)
    assert (found.branches, found.unreached) == ((), ())


def test_the_difficult_people_are_really_difficult() -> None:
    people = {row.id: row.fields["family_name"] for row in invented(["family_name"], "ja")}
    assert len(people["invented-longest"]) > 40
    assert len(people["invented-shortest"]) == 1
    assert "髙" in people["invented-unusual"]
    assert {"'", "<"} <= set(people["invented-hostile"])
    assert any("\u0590" <= char <= "\u05ff" for char in people["invented-right-to-left"])
    assert {row.fields["points"] for row in invented(["points"], "ja")} >= {"0", "1", "99999999"}


@pytest.mark.parametrize(
    ("words", "columns", "column", "value"),
    [
        ("{% if recipient.rank == 'gold' %}x{% endif %}y", ["rank"], "rank", "gold"),
        ("{% if recipient.points | int > 5000 %}x{% endif %}y", ["family_name", "points"], "points", None),
        ("{{ 'x' if recipient.joined_on < '1990-05-01' else 'y' }}", ["joined_on"], "joined_on", None),
        ("{% if recipient.rank in ['a1', 'b2'] %}x{% endif %}y", ["rank"], "rank", "a1"),
        ("{{ recipient.family_name or 'you' }}", ["family_name"], "family_name", ""),
        ("{{ recipient.family_name | default('you') }}", ["family_name"], "family_name", ""),
        ("{% set tier = recipient.rank %}{% if tier == 'gold' %}x{% endif %}y", ["rank"], "rank", "gold"),
        ("{% for i in recipient.tags.split('|') %}{{ i }}{% endfor %}", ["tags"], "tags", "A|B|C"),
        ("{% if recipient.tags | length > 120 %}x{% endif %}y", ["tags"], "tags", "x" * 121),
    ],
)
def test_somebody_is_found_for_a_branch_that_the_usual_people_do_not_take(
    mail: Mail, words: str, columns: list[str], column: str, value: str | None
) -> None:
    found = cast(mail, words, columns)
    assert lost(found) == []
    assert value is None or value in {fields[column] for fields in added(found)}


def test_a_branch_inside_another_and_two_conditions_at_once_are_found(mail: Mail) -> None:
    words = (
        "{% if recipient.rank == 'gold' and recipient.points | int > 77000 %}a\n"
        "{% if recipient.area == 'north' %}b{% else %}c{% endif %}\n{% endif %}d"
    )
    found = cast(mail, words, ["rank", "points", "area"])
    assert lost(found) == []
    assert {"gold"} == {fields["rank"] for fields in added(found)}
    assert {"north"} < {fields["area"] for fields in added(found)}


def test_independent_branches_share_one_person(mail: Mail) -> None:
    words = "".join(f"{{% if recipient.c{n} == 'v{n}' %}}{n}{{% endif %}}" for n in range(6)) + "x"
    found = cast(mail, words, [f"c{n}" for n in range(6)])
    assert lost(found) == []
    assert added(found) == [{f"c{n}": f"v{n}" for n in range(6)}]


def test_a_loop_is_looked_at_with_none_one_and_several(mail: Mail) -> None:
    words = "{% for i in range(recipient.points | int % 4) %}{{ i }}{% else %}none{% endfor %}"
    assert {o for _, kind, o in taken(cast(mail, words, ["points"])) if kind == "for"} == {
        "none",
        "one",
        "many",
    }


def test_a_branch_that_nobody_can_take_is_named_once_with_its_line(mail: Mail) -> None:
    never = "{% if recipient.points | int > 5 and recipient.points | int < 3 %}"
    words = f"a\n{never}\n{{{{ recipient.rank or 1 }}}}\n{{% endif %}}\nb"
    assert lost(cast(mail, words, ["points", "rank"])) == [(2, "if", "yes")]


def test_a_condition_that_always_holds_is_named(mail: Mail) -> None:
    assert lost(cast(mail, "{% if recipient.points != 'no' or 1 %}x{% endif %}", ["points"])) == [
        (1, "if", "no")
    ]


def test_what_the_campaign_itself_decides_is_no_fault(mail: Mail) -> None:
    words = "{% if campaign.title == 'other' %}{{ recipient.rank or 'x' }}{% else %}y{% endif %}"
    words += "{% for a in ['1', '2'] %}{% if loop.last %}z{% endif %}{% endfor %}"
    assert lost(cast(mail, words, ["rank"])) == []


def test_branches_of_pieces_and_macros_count(mail: Mail) -> None:
    source = mail(
        words="{% from 'm.txt' import greet with context %}{{ greet(recipient.rank) }}{% include 'p.txt' %}",
        html=None,
        subject="{{ recipient.family_name or 'x' }}",
        files={
            "m.txt": "{% macro greet(r) %}{% if r == 'gold' %}G{% else %}g{% endif %}{% endmacro %}",
            "p.txt": "{% if recipient.rank == 'blue' %}B{% endif %}",
        },
    )
    found = cast_of(source, ["family_name", "rank"])
    assert {branch.template for branch in found.branches} == {"subject", "m.txt", "p.txt"}
    assert found.unreached == ()


def test_a_template_that_fails_for_everybody_still_has_its_people(mail: Mail) -> None:
    found = cast(mail, "{% if recipient.a %}{{ nothing }}{% endif %}{{ nothing }}", ["a"])
    assert [part.kind for part in found.parts] == list(KINDS)


@pytest.mark.slow
def test_a_template_without_end_costs_no_more_than_its_limit(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    watch = Renderer.watch

    def counted(renderer: Renderer, rows: Sequence[Recipient], link: str) -> object:
        asked.append(len(rows))
        return watch(renderer, rows, link)

    monkeypatch.setattr(Renderer, "watch", counted)
    found = cast(mail, "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}x", ["a"])
    assert [part.kind for part in found.parts] == list(KINDS)
    assert asked == [1]


def test_people_of_the_author_join_with_ordinary_values_for_the_rest(mail: Mail) -> None:
    own = Persona(name="法人", why="社名", fields={"family_name": "株式会社見本"})
    part = cast(mail, "{{ recipient.family_name }}", ["family_name", "points"], [own]).parts[-1]
    assert (part.kind, part.title, part.why) == ("own", "法人", "社名")
    assert dict(part.row.fields) == {"family_name": "株式会社見本", "points": "1200"}
    assert part.row.address.endswith("@personas.example")


def test_the_same_files_give_the_same_people(mail: Mail) -> None:
    words = "{% if recipient.rank in ['a', 'b'] or recipient.x == 'q' %}x{% endif %}{{ recipient.x or 1 }}"
    first, second = (cast(mail, words, ["rank", "x"]) for _ in range(2))
    assert first == second
    assert isinstance(first.branches[0], Branch)


@pytest.mark.parametrize(
    "words",
    [
        "{% for i in range(9999) %}{% endfor %}{% if recipient.a == recipient.b %}x{% endif %}y",
        "{{ 'x' * 199980 }}{% if recipient.a == recipient.b %}x{% endif %}y",
    ],
    ids=["steps", "characters"],
)
def test_a_search_ends_when_it_has_cost_enough(
    mail: Mail, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Recipient] = []
    theirs = Probe.ask

    def counted(probe: Probe, rows: Sequence[Recipient]) -> list[Way]:
        asked.extend(rows)
        return theirs(probe, rows)

    monkeypatch.setattr(Probe, "ask", counted)
    monkeypatch.setattr(branch_people, "_MOST_WORK", 250_000)
    many = "".join(f"{{% if recipient.c{n} == 'v{n}' %}}{n}{{% endif %}}" for n in range(20))
    columns = ["a", "b", *(f"c{n}" for n in range(20))]
    cast(mail, words + many, columns)
    assert len(KINDS) < len(asked) < 60
