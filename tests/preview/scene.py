"""A repository with a campaign that is looked at, in a change against main."""

from pathlib import Path

from tests.stories.story import CAMPAIGN, SEGMENT, Story, make_story

PAGE = """\
<!doctype html>
<html lang="en"><head><meta name="color-scheme" content="light dark"><title>Sale</title>
<style>
  body { margin: 0; font-family: sans-serif; background: #ffffff; color: #222222 }
  .box { max-width: 560px; margin: 0 auto; padding: 24px }
  .go { display: inline-block; padding: 12px 24px; background: #14532d; color: #ffffff }
  @media (prefers-color-scheme: dark) { body { background: #101010 !important; color: #eeeeee !important } }
</style></head>
<body><div class="box">
<p>Dear customer,</p>
<img src="https://www.hanamori.example/img/hero.png" alt="A hero" width="320" height="60">
<p>The blanket is 6,860 yen this week.</p>
<p>{% if recipient.rank == 'gold' %}Gold members pay nothing for shipping.{% endif %}</p>
MORE
<p><a class="go" href="https://www.hanamori.example/sale">See the sale</a></p>
<p>hanamori, 1-1 Chiyoda. <a href="{{ unsubscribe_url }}">Unsubscribe from these mails</a></p>
</div></body></html>
"""
TEXT = "Dear {{ recipient.name or 'customer' }},\nthe blanket is 6,860 yen.\n{{ unsubscribe_url }}\n"
YAML = CAMPAIGN.replace("body: {text: body.txt}", "body: {html: body.html, text: body.txt}").replace(
    "schedule: {send_at: on_merge}", "schedule: {send_at: 2126-12-01 10:00}"
)
#: What an attacker would try, in a mail whose author is not trusted.
HOSTILE = """\
<script>parent.document.title = 'owned'; top.location = 'https://evil.example/'</script>
<img src="x" onerror="parent.document.title = 'owned'" alt="">
</iframe></script><script>document.title = 'owned'</script>
<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example/">
<link rel="stylesheet" href="https://evil.example/x.css"><iframe src="https://evil.example/"></iframe>
<form action="https://evil.example/"><button>x</button></form>
"&quot;'&lt;<b>bold</b>
"""


def scene(root: Path, page: str = PAGE.replace("MORE", ""), yaml: str = YAML, text: str = TEXT) -> Story:
    """A campaign on a branch; main does not have it yet."""
    story = make_story(root)
    story.write({"segments/everybody.yaml": SEGMENT.replace("[name]", "[name, rank]")})
    rows = [f"m{n},m{n}@people.example,Person {n},2026-01-01,gold" for n in range(1, 8)]
    story.write({"members.csv": "\n".join(["id,email,name,consent,rank", *rows]) + "\n"})
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Segments")
    story.change(story.campaign("sale", yaml, text) | {"campaigns/sale/body.html": page})
    return story
