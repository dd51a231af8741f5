from tests.cli.conftest import Run
from tests.stories.story import Story


def test_a_halt_says_what_has_left_and_how_to_go_on(story: Story, run: Run) -> None:
    story.order()
    story.deliver()
    story.wait(minutes=10)
    story.deliver()
    result = run("halt", "sale", "--reason", "wrong price", "--by", "sato", status=0)
    assert "sale: halted. 3 have left, 22 have not and stay." in result.stdout
    assert "postmerge release sale --reason" in result.stdout
    assert story.state() == "held"
    story.wait(hours=1)
    story.deliver()
    assert story.mailbox().total() == 3


def test_a_halt_of_everything_also_holds_what_comes_later(story: Story, run: Run) -> None:
    result = run("halt", "--all", "--reason", "incident", status=0)
    assert "Everything is halted, also campaigns to come." in result.stdout
    story.order()
    assert "halt" in story.holds()
    released = run("release", "--all", "--reason", "over", status=0)
    assert "released: halt: incident" in released.stdout
    assert "halt" not in story.holds()


def test_the_hold_of_everything_is_not_lifted_by_a_release_of_one(story: Story, run: Run) -> None:
    story.order()
    run("halt", "--all", "--reason", "incident", status=0)
    run("release", "sale", "--reason", "go on", status=1)
    assert "halt" in story.holds()


def test_a_halt_works_for_a_campaign_that_no_delivery_has_seen(story: Story, run: Run) -> None:
    story.change(story.campaign())
    run("halt", "sale", "--reason", "not yet", status=0)
    story.test_send()
    story.merge()
    assert "halt" in story.holds()


def test_a_misspelt_name_does_not_look_like_a_stopped_campaign(story: Story, run: Run) -> None:
    story.order()
    story.deliver()
    result = run("halt", "sael", "--reason", "wrong price", status=1)
    assert "No campaign sael is known here." in result.stderr
    assert "Known to the ledger: sale." in result.stderr
    assert "halt" not in story.holds()


def test_without_a_hold_there_is_nothing_to_release(story: Story, run: Run) -> None:
    story.order()
    result = run("release", "sale", "--reason", "go on", status=1)
    assert "No hold on sale waits for a release." in result.stderr
    assert "postmerge status" in result.stderr


def test_a_reason_is_needed(run: Run) -> None:
    for command in ("halt", "release"):
        run(command, "--all", status=2)
        assert "A reason is needed" in run(command, "--all", "--reason", "  ", status=1).stderr


def test_one_campaign_or_all_must_be_said(run: Run) -> None:
    for command in ("halt", "release"):
        for words in ([], ["sale", "--all"]):
            result = run(command, *words, "--reason", "x", status=2)
            assert "Name one campaign, or say --all." in result.stderr


def test_who_pulled_the_brake_is_on_record(story: Story, run: Run) -> None:
    story.order()
    story.git("config", "user.name", "Tanaka Ichiro")
    run("halt", "sale", "--reason", "wrong price", status=0)
    (hold,) = [hold for hold in story.status().holds if hold.kind == "halt"]
    assert (hold.by, hold.reason) == ("Tanaka Ichiro", "wrong price")
