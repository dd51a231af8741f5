"""The double is held to GitHub's own description."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.github_double import Hub, running
from tests.github_double.cut import DESCRIPTION, ROUTES, WRITES, cut
from tests.github_double.description import filled, problem, route_of

REPO = "/repos/{owner}/{repo}"
REVIEWS = f"{REPO}/pulls/{{pull_number}}/reviews"
REVIEW: dict[str, Any] = {
    "id": 1,
    "state": "APPROVED",
    "commit_id": "1" * 40,
    "submitted_at": "2026-08-01T00:00:00Z",
}


def test_an_answer_is_completed_to_what_github_promises() -> None:
    whole = filled(REVIEWS, 200, [REVIEW])
    assert whole[0].keys() > {"node_id", "user", "author_association", "_links"}
    assert problem(REVIEWS, 200, json.dumps(whole)) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [("commit_id", ...), ("state", 3), ("id", "one"), ("user", "sato"), ("submitted_at", "now")],
)
def test_an_answer_that_github_would_not_give_is_found(key: str, value: Any) -> None:
    whole = filled(REVIEWS, 200, [REVIEW])
    if value is ...:
        del whole[0][key]
    else:
        whole[0][key] = value
    assert problem(REVIEWS, 200, json.dumps(whole)) is not None


def test_a_key_that_github_does_not_know_cannot_be_answered() -> None:
    with pytest.raises(AssertionError, match="approved_by"):
        filled(REVIEWS, 200, [REVIEW | {"approved_by": "sato"}])


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_can_be_answered_as_described(route: str) -> None:
    description = json.loads(DESCRIPTION.read_bytes())
    schema = description["routes"][f"{REPO}{route}"]["answers"]["200"]
    given: Any = [] if schema.get("type") == "array" else {}
    assert problem(f"{REPO}{route}", 200, json.dumps(filled(f"{REPO}{route}", 200, given))) is None


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/git/ref/heads/a/b", "/git/ref/{ref}"),
        ("/compare/a...b/c", "/compare/{basehead}"),
        ("/pulls/1", "/pulls/{pull_number}"),
        ("/pulls/1/commits", "/pulls/{pull_number}/commits"),
    ],
)
def test_a_path_is_read_as_the_route_it_is(path: str, route: str) -> None:
    found = route_of(f"/repos/hanamori/campaigns{path}")
    assert found is not None
    assert found[0] == f"{REPO}{route}"


def test_a_question_that_is_not_described_fails_the_test(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"is asked for \['sort'\], which is not described"):
        _ask_for_an_order(tmp_path)


def _ask_for_an_order(folder: Path) -> None:
    with running(Hub(folder, {"a.txt": "x"})) as double:
        address = f"{double.address}/repos/hanamori/campaigns/pulls/1/reviews?sort=up"
        assert urllib3.request("GET", address, retries=False).status == 404


def test_cutting_keeps_shapes_and_drops_words() -> None:
    operation = {
        "parameters": [{"$ref": "#/components/parameters/page"}],
        "responses": {
            "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/thing"}}}}
        },
    }
    thing = {
        "type": "object",
        "description": "words",
        "properties": {"title": {"type": "string", "nullable": True, "description": "words"}},
        "required": ["title"],
    }
    paths: dict[str, Any] = {f"{REPO}{route}": {"get": operation} for route in ROUTES}
    sent = {
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/thing"}}}}
    }
    for write in WRITES:
        method, _, route = write.partition(" ")
        paths.setdefault(f"{REPO}{route}", {})[method.lower()] = operation | sent
    whole = {
        "info": {"version": "1"},
        "paths": paths,
        "components": {"parameters": {"page": {"name": "page", "in": "query"}}, "schemas": {"thing": thing}},
    }
    made = cut(copy.deepcopy(whole))
    assert made["routes"][REPO] == {"query": ["page"], "answers": {"200": {"$ref": "#/definitions/thing"}}}
    written = made["routes"][f"POST {REPO}/deployments"]
    assert written == {
        "body": {"$ref": "#/definitions/thing"},
        "answers": {"200": {"$ref": "#/definitions/thing"}},
    }
    title = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert made["definitions"] == {
        "thing": {"type": "object", "properties": {"title": title}, "required": ["title"]}
    }
