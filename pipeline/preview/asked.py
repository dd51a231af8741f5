"""What came back from the pages that links lead to, for the list of links."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.checklist.display.addresses import address_of
from pipeline.checklist.draft import Answer, Fetch, NoAnswer
from pipeline.preview.reading import Link


class Asked:
    """Asks pages as the checklist does, each once, and remembers what came back.

    Which may be asked is the checklist's to say: personal links are none of them.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._known: dict[str, Answer | NoAnswer] = {}

    def __call__(self, urls: Sequence[str]) -> Sequence[Answer | NoAnswer]:
        """See `Fetch`."""
        new = [url for url in dict.fromkeys(urls) if url not in self._known]
        self._known |= dict(zip(new, self._fetch(new), strict=True))
        return [self._known[url] for url in urls]

    @property
    def answers(self) -> Mapping[str, Answer | NoAnswer]:
        """By the address that was asked: without the parameters that count visits."""
        return self._known


def answered(link: Link, answers: Mapping[str, Answer | NoAnswer]) -> Link:
    """The link with what came back from its page, where that was asked."""
    page = address_of(link.target).plain
    answer = answers.get(page)
    return replace(link, answer=answer, moved=isinstance(answer, Answer) and answer.url != page)
