"""The plan can say how mails will travel, and that nobody reads anything else because of it."""

from collections.abc import Callable

from pipeline.models.recipient import Recipient
from pipeline.render.personas import invented
from pipeline.render.source import MailSource
from pipeline.render.stencil_report import sharing_of

Change = Callable[..., MailSource]


def test_people_who_differ_in_values_share_one_template(mail: Change) -> None:
    sharing = sharing_of(mail(), invented(["family_name"], "ja"))
    assert (sharing.templates, sharing.shared, sharing.alone, sharing.different) == (1, 7, (), ())


def test_a_mail_of_its_own_has_a_reason(mail: Change) -> None:
    rows = [Recipient(f"m{n}", f"m{n}@people.example", {"family_name": name}) for n, name in enumerate("ab{")]
    page = '<html><body><p id="{{ recipient.family_name }}">{{ recipient.family_name }}</p></body></html>'
    sharing = sharing_of(mail(page=page), rows)
    assert sharing.templates == sharing.shared == 3
    sharing = sharing_of(mail(words="{{ recipient.family_name }}"), rows)
    assert sharing.shared == 0
    assert sum(count for _, count in sharing.alone) == 3
    assert all(reason for reason, _ in sharing.alone)
    assert sharing.different == ()


def test_who_cannot_be_rendered_is_the_same_either_way(mail: Change) -> None:
    rows = [
        Recipient("m1", "m1@people.example", {"family_name": "a"}),
        Recipient("m2", "m2@people.example", {"family_name": "{{"}),
    ]
    sharing = sharing_of(mail(), rows)
    assert (sharing.shared, sharing.different) == (1, ())
