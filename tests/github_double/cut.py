"""Cut what the double uses out of GitHub's official description, as JSON Schema.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python -m tests.github_double.cut package/generated/api.github.com.json

writes `description.json` anew. The description is that of github.com/github/rest-api-description, as the
package @octokit/openapi carries it (MIT, see LICENSE beside this file). Words for people and examples are
left out. OpenAPI 3.0 says `nullable` where JSON Schema says `null`; nothing else is changed.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
DESCRIPTION: Final = HERE / "description.json"

_REPOSITORY: Final = "/repos/{owner}/{repo}"
#: Routes below a repository that are read.
ROUTES: Final = (
    "",
    "/actions/oidc/customization/sub",
    "/actions/permissions/workflow",
    "/activity",
    "/collaborators/{username}/permission",
    "/commits",
    "/commits/{commit_sha}/pulls",
    "/compare/{basehead}",
    "/deployments",
    "/deployments/{deployment_id}/statuses",
    "/environments",
    "/environments/{environment_name}/deployment-branch-policies",
    "/git/blobs/{file_sha}",
    "/git/ref/{ref}",
    "/git/trees/{tree_sha}",
    "/issues/{issue_number}/comments",
    "/pulls/{pull_number}",
    "/pulls/{pull_number}/commits",
    "/pulls/{pull_number}/reviews",
    "/rules/branches/{branch}",
)
#: Routes below a repository that are written to, behind their method.
WRITES: Final = (
    "PATCH /issues/comments/{comment_id}",
    "POST /deployments",
    "POST /deployments/{deployment_id}/statuses",
    "POST /issues/{issue_number}/comments",
)
#: For people, or for programs that make programs.
_WORDS: Final = frozenset({"description", "example", "examples", "title", "externalDocs", "deprecated"})
_JSON: Final = "application/json"


class Cutting:
    """One description, and the schemas that were met so far."""

    def __init__(self, whole: dict[str, Any]) -> None:
        self._whole = whole
        self.definitions: dict[str, Any] = {}

    def route(self, path: str) -> dict[str, Any]:
        """What may be asked, and the schema of each answer by its status; None for one without a body."""
        operation = self._whole["paths"][path]["get"]
        parameters = [self._met(parameter) for parameter in operation["parameters"]]
        return {
            "query": sorted(one["name"] for one in parameters if one["in"] == "query"),
            "answers": {status: self._answer(answer) for status, answer in operation["responses"].items()},
        }

    def write(self, method: str, path: str) -> dict[str, Any]:
        """The schema of what is sent, and of each answer by its status."""
        operation = self._whole["paths"][path][method.lower()]
        return {
            "body": self._schema(operation["requestBody"]["content"][_JSON]["schema"]),
            "answers": {status: self._answer(answer) for status, answer in operation["responses"].items()},
        }

    def _met(self, value: dict[str, Any]) -> dict[str, Any]:
        """What a reference leads to."""
        if "$ref" not in value:
            return value
        found: Any = self._whole
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return self._met(found)

    def _answer(self, answer: dict[str, Any]) -> Any:
        content = self._met(answer).get("content", {})
        return self._schema(content[_JSON]["schema"]) if _JSON in content else None

    def _schema(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._schema(each) for each in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            name = value["$ref"].rpartition("/")[2]
            if name not in self.definitions:
                self.definitions[name] = None
                self.definitions[name] = self._schema(self._met(value))
            return {"$ref": f"#/definitions/{name}"}
        return _or_null(
            {
                key: self._properties(part) if key == "properties" else self._schema(part)
                for key, part in value.items()
                if key not in _WORDS and not key.startswith("x-")
            }
        )

    def _properties(self, properties: dict[str, Any]) -> dict[str, Any]:
        """Names of properties are GitHub's, also where they are words such as `title`."""
        return {name: self._schema(schema) for name, schema in properties.items()}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]} if schema.pop("nullable", False) else schema


def cut(whole: dict[str, Any]) -> dict[str, Any]:
    """The part of the description that the double needs."""
    cutting = Cutting(whole)
    routes = {f"{_REPOSITORY}{route}": cutting.route(f"{_REPOSITORY}{route}") for route in ROUTES}
    writes = {}
    for write in WRITES:
        method, _, route = write.partition(" ")
        writes[f"{method} {_REPOSITORY}{route}"] = cutting.write(method, f"{_REPOSITORY}{route}")
    version = f"@octokit/openapi {whole['info']['version']}"
    return {"source": version, "routes": routes | writes, "definitions": cutting.definitions}


def main() -> None:
    """Write `description.json`."""
    whole = json.loads(Path(sys.argv[1]).read_bytes())
    text = json.dumps(cut(whole), indent=1, sort_keys=True, ensure_ascii=False)
    DESCRIPTION.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
