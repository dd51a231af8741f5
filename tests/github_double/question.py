"""A question, and an answer to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body, and how the next page is asked for."""

    body: Any
    status: int = 200
    next: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """The words of a path and what stands behind the question mark."""

    words: dict[str, str]
    query: dict[str, str]


def gone(message: str = "Not Found", status: int = 404) -> Answer:
    """No such thing."""
    return Answer({"message": message}, status)


def page(question: Question, found: Sequence[_T], show: Callable[[_T], Any]) -> Answer:
    """One page of a list, by its number."""
    size, number = int(question.query.get("per_page", "30")), int(question.query.get("page", "1"))
    assert size <= 100, "GitHub gives no more than 100 a page"
    here = found[(number - 1) * size : number * size]
    more = {**question.query, "page": str(number + 1)} if number * size < len(found) else None
    return Answer([show(one) for one in here], next=more)
