import json
import re
from pathlib import Path
from typing import Any

import jsonschema  # its stubs are another package
import pytest

from pipeline.workspace.editor_schema import schemas, stale, write
from pipeline.workspace.yaml_file import YamlFile, parse
from tests.workspace.repo import CAMPAIGN, POLICY, SEGMENT

EXAMPLES = {"campaign.json": CAMPAIGN, "policy.json": POLICY, "segment.json": SEGMENT}


def as_an_editor_sees_it(value: Any) -> Any:
    """YAML 1.2: plain numbers are numbers, true and false are booleans, dates are text."""
    if isinstance(value, dict):
        return {key: as_an_editor_sees_it(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_an_editor_sees_it(item) for item in value]
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value) if "." in value else int(value)
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def mistakes(name: str, text: str) -> list[Any]:
    file = parse("x.yaml", text.encode())
    assert isinstance(file, YamlFile)
    schema = json.loads(schemas()[name])
    jsonschema.Draft7Validator.check_schema(schema)
    return list(jsonschema.Draft7Validator(schema).iter_errors(as_an_editor_sees_it(file.data)))


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_examples_of_the_format_are_without_a_red_line(name: str) -> None:
    assert mistakes(name, EXAMPLES[name]) == []


def test_an_amount_that_a_strict_editor_splits_is_without_a_red_line() -> None:
    text = CAMPAIGN.replace("free_shipping_from: 5,000円", "free_shipping_from: 5, 000円:")
    assert mistakes("campaign.json", text) == []


def test_a_title_that_looks_like_a_number_is_without_a_red_line() -> None:
    assert mistakes("campaign.json", CAMPAIGN.replace("title: 冬のセール 2026", "title: 2026")) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("campaign.json", "expect:", "exepct:"),
        ("campaign.json", "state: ready", "state: redy"),
        ("campaign.json", "soak: 30m", "soak: 30"),
        ("campaign.json", "min: 500", "min: many"),
        ("segment.json", "exclude:", "excludes:"),
        ("policy.json", "bounce: 5%", "bounce: 0.05"),
        ("policy.json", "ses:", "sez:"),
    ],
)
def test_a_mistake_gets_a_red_line(name: str, old: str, new: str) -> None:
    assert old in EXAMPLES[name]
    assert mistakes(name, EXAMPLES[name].replace(old, new))


def test_what_the_editor_proposes_is_written_as_people_write_it() -> None:
    text = schemas()["policy.json"]
    assert '"default": "0.1%"' in text
    assert '"default": "14/s"' in text


def test_a_key_explains_itself_where_the_format_does() -> None:
    campaign = json.loads(schemas()["campaign.json"])
    assert campaign["properties"]["from"]["description"] == "A sender named in the policy."


def test_only_stale_files_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "schema"
    assert write(folder) == ["campaign.json", "segment.json", "personas.json", "policy.json", "terms.json"]
    assert stale(folder) == []
    assert write(folder) == []
    (folder / "policy.json").write_text("{}")
    assert stale(folder) == ["policy.json"]
    assert write(folder) == ["policy.json"]
    assert (folder / "policy.json").read_text(encoding="utf-8").endswith("}\n")


def test_the_schemas_of_this_repository_are_up_to_date() -> None:
    assert stale(Path(__file__).parents[2] / "schema") == []
