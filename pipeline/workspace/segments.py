"""Segments: read, followed through their excludes, and checked against each other."""

from collections.abc import Iterator, Mapping
from typing import Final

from pipeline.models.finding import Finding, Severity
from pipeline.models.policy import Policy
from pipeline.models.segment import Segment
from pipeline.sentence import Sentence
from pipeline.workspace.folder import SegmentFile
from pipeline.workspace.names import ID, SEGMENTS
from pipeline.workspace.tree import FILE, PROGRAM, Tree
from pipeline.workspace.typed import offer, read
from pipeline.workspace.yaml_file import YamlFile, parse

_ADD_SOURCE: Final = Sentence(
    "Add it to `sources:` in policy.yaml.", "policy.yamlの`sources:`に追加してください。"
)


def add_segment(name: str) -> Sentence:
    """What to do about a segment that does not exist."""
    return Sentence(
        f"Add segments/{name}.yaml, or correct the name.",
        f"segments/{name}.yamlを追加するか、名前を直してください。",
    )


def read_segments(tree: Tree) -> tuple[dict[str, SegmentFile], list[Finding]]:
    """The segments that can be read, and what is wrong with the others."""
    segments: dict[str, SegmentFile] = {}
    findings: list[Finding] = []
    for path, entry in tree.entries.items():
        name = path.removeprefix(SEGMENTS).removesuffix(".yaml")
        if entry.mode not in {FILE, PROGRAM} or path != f"{SEGMENTS}{name}.yaml" or not ID.fullmatch(name):
            continue
        file = parse(path, tree.read(path))
        segment = read(file, Segment, "settings/schema") if isinstance(file, YamlFile) else file
        if isinstance(file, YamlFile) and isinstance(segment, Segment):
            segments[name] = SegmentFile(name, path, segment, file, entry)
        elif isinstance(segment, tuple):
            findings += segment
    return segments, findings


def closure(name: str, segments: Mapping[str, SegmentFile]) -> tuple[str, ...]:
    """`name` and every segment that it excludes, directly or through others; sorted, existing or not."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        if (this := waiting.pop()) not in found:
            found.add(this)
            waiting += segments[this].segment.exclude if this in segments else ()
    return tuple(sorted(found))


def check(file: SegmentFile, segments: Mapping[str, SegmentFile], policy: Policy | None) -> Iterator[Finding]:
    """What one segment names that does not exist, and whether it excludes itself."""
    source = file.segment.source
    if policy is not None and source not in policy.sources:
        yield Finding(
            "recipients/source-exists",
            file.path,
            Sentence(
                f"The contact source `{source}` is not in policy.yaml.",
                f"名簿`{source}`がpolicy.yamlにありません。",
            ),
            offer(source, policy.sources, otherwise=_ADD_SOURCE),
            file.yaml.position(("source",)),
        )
    yield from _check_excludes(file, segments)


def _check_excludes(file: SegmentFile, segments: Mapping[str, SegmentFile]) -> Iterator[Finding]:
    for index, name in enumerate(file.segment.exclude):
        place = file.yaml.position(("exclude", index))
        if name not in segments:
            yield Finding(
                "recipients/segment-exists",
                file.path,
                Sentence(
                    f"The excluded segment `{name}` does not exist or cannot be read.",
                    f"除外するセグメント`{name}`がないか、読み取れません。",
                ),
                offer(name, segments, otherwise=add_segment(name)),
                place,
            )
        elif file.name in closure(name, segments):
            yield Finding(
                "recipients/segment-cycle",
                file.path,
                Sentence(
                    f"The segment excludes itself by way of `{name}`.",
                    f"`{name}`を通じて、このセグメント自身が除外されています。",
                ),
                Sentence(
                    "Remove one of the excludes of the circle.",
                    "循環している`exclude`のどれか1つを削除してください。",
                ),
                place,
            )


def unused(segments: Mapping[str, SegmentFile], used: frozenset[str]) -> Iterator[Finding]:
    """Segments that no campaign reaches."""
    for name, file in segments.items():
        if name not in used:
            yield Finding(
                "recipients/unused-segment",
                file.path,
                Sentence(
                    f"No campaign uses the segment `{name}`.",
                    f"セグメント`{name}`を使っているキャンペーンがありません。",
                ),
                Sentence("Delete it if nobody needs it any more.", "不要であれば削除してください。"),
                severity=Severity.INFO,
            )
