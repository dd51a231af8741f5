"""A double of GitHub: one repository with real git behind it, asked over HTTP.

`hub = Hub(folder, files)` is the state, and the words of a story: `hub.push`, `hub.open`, `hub.review`,
`hub.merge` (merge, squash, rebase), `hub.update`. `with running(hub) as double:` serves it.

Described by GitHub
    Every answer is completed from, and validated against, GitHub's own description (`description.json`, cut
    by `cut.py`), and so is every question, and what is written: a parameter that is not described fails the
    test. Errors whose body is not described for a route follow the basic error.
    From docs.github.com: 100 things a page, `Link` headers, activity paged by a cursor, conditional requests
    with `ETag`, at most 250 commits of a pull request, 422 for a commit that is not known.

Assumed
    `/commits/{sha}/pulls` lists the pull requests that brought a commit to their base, else the open ones
    that have it. A rebase makes the merger the committer; merge and squash are committed by `web-flow`. A
    push of a branch that was deleted stays in the activity.

Not there
    Writing over HTTP, but for comments on pull requests and deployments: people act through `Hub`. GraphQL,
    but for one question.
"""

from tests.github_double.hub import Hub
from tests.github_double.serving import Double, Fault, running

__all__ = ["Double", "Fault", "Hub", "running"]
