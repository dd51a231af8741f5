"""A merge queue brings several pull requests with one push; each campaign is judged by its own content."""

from tests.approvals.at_github import BODY_FILE, SALE, Place
from tests.github_double.hub import Pull
from tests.stories.story import CAMPAIGN

TWO: dict[str, str | None] = {
    "campaigns/two/campaign.yaml": CAMPAIGN,
    "campaigns/two/body.txt": "Two\n{{ unsubscribe_url }}\n",
}

_NOT_IN_IT = (
    "this campaign is not in what sato approved, so nobody has seen it as it is now; "
    "have it approved in a new pull request"
)


def _second(place: Place, files: dict[str, str | None] | None = None) -> Pull:
    place.hub.push("second", files or TWO, by="tanaka")
    return place.hub.open("second", by="tanaka")


def test_both_campaigns_of_one_push_have_the_approval_of_their_own_pull_request(place: Place) -> None:
    one, two = place.approved(), _second(place)
    place.hub.review(two, by="mori")
    place.hub.queue([one, two])
    assert place.consent("sale").approvers == ("sato",)
    assert place.consent("two").approvers == ("mori",)


def test_an_approval_of_one_covers_nothing_of_the_other(place: Place) -> None:
    one, two = place.approved(), _second(place)
    place.hub.queue([one, two])
    assert place.consent("sale").approvers == ("sato",)
    assert place.consent("two").objections == ("nobody has reviewed pull request #2",)


def test_what_the_next_in_the_queue_changes_of_a_mail_was_approved_by_nobody(place: Place) -> None:
    """A shared piece that the first mail includes: nobody has seen the two together."""
    body = "{% include '_shared/foot.txt' %}\n{{ unsubscribe_url }}\n"
    place.hub.push("change", {**SALE, BODY_FILE: body}, by="suzuki")
    one = place.hub.open("change", by="suzuki")
    place.hub.review(one, by="sato")
    two = _second(place, {"campaigns/_shared/foot.txt": "Another foot\n"})
    place.hub.review(two, by="sato")
    place.hub.queue([one, two])
    # What made the content so is the second one, in which the mail is not.
    assert place.why() == _NOT_IN_IT


def test_a_push_while_it_waits_in_the_queue_voids_the_approval(place: Place) -> None:
    one = place.approved()
    place.hub.push("change", {BODY_FILE: "Another\n{{ unsubscribe_url }}\n"}, by="suzuki")
    place.hub.queue([one])
    assert place.why() == "sato approved another content than main has now"


def test_the_queue_itself_is_no_author_of_what_it_merges(place: Place) -> None:
    place.hub.join("github-merge-queue[bot]", kind="Bot")
    one = place.approved()
    place.hub.record("push", "github-merge-queue[bot]", "gh-readonly-queue/main/pr-1", one.head, one.head)
    place.hub.queue([one])
    consent = place.consent()
    assert (consent.approvers, consent.objections) == (("sato",), ())
