"""From plain data to the words of `models`, or one finding for every mistake."""

import difflib
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.models.finding import Finding
from pipeline.sentence import SILENCE, Sentence, Unfit
from pipeline.workspace.yaml_file import Loc, YamlFile

Model = TypeVar("Model", bound=BaseModel)

#: Characters of a value that a sentence repeats.
_SHOWN: Final = 60
_KINDS: Final = {
    "int_parsing": ("a whole number", "整数"),
    "int_type": ("a whole number", "整数"),
    "bool_parsing": ("true or false", "trueかfalse"),
    "bool_type": ("true or false", "trueかfalse"),
    "date_from_datetime_parsing": ("a day, written 2026-12-01", "2026-12-01のような日付"),
    "date_parsing": ("a day, written 2026-12-01", "2026-12-01のような日付"),
    "date_from_datetime_inexact": ("a day, written 2026-12-01", "2026-12-01のような日付"),
    "date_type": ("a day, written 2026-12-01", "2026-12-01のような日付"),
    "string_type": ("text", "文字"),
    "tuple_type": ("a list", "リスト"),
}
_MAPPINGS: Final = frozenset({"dict_type", "model_type", "model_attributes_type"})
_PATTERNS: Final = {
    "^[a-z0-9][a-z0-9-]{0,63}$": Sentence(
        "Use small letters, digits and hyphens, at most 64 of them.",
        "半角の英小文字・数字・ハイフンで、64文字以内で書いてください。",
    ),
    "^[A-Za-z_][A-Za-z0-9_]{0,62}$": Sentence(
        "Use letters, digits and underscores, and no digit first.",
        "半角の英字・数字・アンダースコアで書き、数字で始めないでください。",
    ),
    "^[0-9a-f]{64}$": Sentence(
        "A sha256 has 64 digits from 0 to 9 and a to f; `sha256sum FILE` prints it.",
        "sha256は0~9とa~fの64桁です。`sha256sum ファイル名`で調べられます。",
    ),
    "^[a-z]+/[a-z0-9-]+$": Sentence(
        "A rule is written heading/name, such as wording/long-kanji.",
        "項目は、wording/long-kanjiのように「見出し/名前」で書いてください。",
    ),
    r"^https://[^\s?#]+$": Sentence(
        "Write an address that begins with https:// and has no ? and no #.",
        "https://で始まり、?と#を含まないURLを書いてください。",
    ),
    r"^[^/\s]+/[^/\s]+$": Sentence("Write owner/repository.", "owner/repositoryの形で書いてください。"),
    r"^[^\r\n]*$": Sentence("Write it in one line.", "1行で書いてください。"),
}
_CORRECT: Final = Sentence("Correct the value.", "値を直してください。")
_FILL_IN: Final = Sentence("Write a value, or take the line out.", "値を書くか、この行を削除してください。")


def read(file: YamlFile, model: type[Model], rule: str) -> Model | tuple[Finding, ...]:
    """The model, or a finding for every mistake, each at its line and column."""
    try:
        return model.model_validate(file.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        findings = [_finding(file, model, rule, detail) for detail in _settled(file, details)]
        return tuple(dict.fromkeys(findings))


def _settled(file: YamlFile, details: Iterable[ErrorDetails]) -> Iterator[ErrorDetails]:
    """The errors, with those of a choice between forms brought down to what the author meant.

    pydantic reports a choice once for each form, with the form's name as a step of the location.
    """
    forms: dict[Loc, dict[str | int, list[ErrorDetails]]] = {}
    for detail in details:
        tag = _tag(file, detail)
        if tag is None:
            yield detail
        else:
            step = detail["loc"][tag]
            forms.setdefault(detail["loc"][:tag], {}).setdefault(step, []).append(detail)
    for loc, errors in forms.items():
        yield from _meant(loc, errors)


def _tag(file: YamlFile, detail: ErrorDetails) -> int | None:
    """The index of the step that names a form, if there is one."""
    loc = detail["loc"]
    for index, step in enumerate(loc):
        last_missing = index == len(loc) - 1 and detail["type"] == "missing"
        if step != "[key]" and not last_missing and (*file.existing(loc[:index]), step) not in file.starts:
            return index
    return None


def _meant(loc: Loc, forms: dict[str | int, list[ErrorDetails]]) -> Iterator[ErrorDetails]:
    begun = [errors for errors in forms.values() if not any(_is_other_form(loc, error) for error in errors)]
    if len(begun) == 1:
        yield from begun[0]
        return
    known = sorted({word for errors in forms.values() for error in errors for word in _wanted(error)})
    error = next(iter(forms.values()))[0]
    yield ErrorDetails(type="choice", loc=loc, msg="", input=error["input"], ctx={"known": known})


def _is_other_form(loc: Loc, error: ErrorDetails) -> bool:
    """Whether the error says that this form was not begun at all: its first key, or its kind of value."""
    depth = len(error["loc"]) - len(loc)
    if error["type"] in {"missing", "extra_forbidden"}:
        return depth == 2  # noqa: PLR2004 the form's name and one key
    return depth == 1


def _wanted(error: ErrorDetails) -> Iterator[str]:
    if error["type"] == "missing":
        yield f"`{error['loc'][-1]}:`"
    if "expected" in error.get("ctx", {}):
        yield str(error["ctx"]["expected"])


def _finding(file: YamlFile, model: type[BaseModel], rule: str, detail: ErrorDetails) -> Finding:
    kind, loc = detail["type"], detail["loc"]
    if kind in {"missing", "extra_forbidden"}:
        message, remedy = _about_key(model, kind, (*file.existing(loc[:-1]), loc[-1]))
    elif detail["input"] is None:
        place = _dotted(file.existing(loc))
        message, remedy = Sentence(f"`{place}` has no value.", f"`{place}`の値がありません。"), _FILL_IN
    else:
        message, remedy = _about_value(_dotted(file.existing(loc)), detail)
    return Finding(rule, file.path, message, remedy, file.position(loc))


def _named(place: str) -> Sentence:
    return Sentence(f"`{place}`", f"`{place}`") if place else Sentence("The file", "ファイル")


def _about_value(place: str, detail: ErrorDetails) -> tuple[Sentence, Sentence]:
    kind, ctx, shown = detail["type"], detail.get("ctx", {}), _shown(detail["input"])
    name = _named(place)
    cannot = Sentence(f"{name.en} cannot be {shown}.", f"{name.ja}に{shown}は書けません。")
    if kind == "value_error":
        return _unfit(name, ctx.get("error"))
    if kind in {"enum", "literal_error"}:
        return cannot, offer(shown.strip("'"), _choices(str(ctx.get("expected", ""))))
    if kind == "choice":
        return (
            Sentence(
                f"{name.en} has none of the forms that are known.", f"{name.ja}の書き方が正しくありません。"
            ),
            Sentence(
                f"Write {' or '.join(ctx['known'])}.", f"{'または'.join(ctx['known'])}を書いてください。"
            ),
        )
    if kind == "string_pattern_mismatch":
        pattern = ctx["pattern"]
        other = Sentence(f"It must match {pattern}.", f"{pattern}に合う形で書いてください。")
        return cannot, _PATTERNS.get(pattern, other)
    return _shape(kind, name, shown) or _bounds(kind, name, ctx, detail["msg"])


def _unfit(name: Sentence, error: object) -> tuple[Sentence, Sentence]:
    """What our own formats say against a value."""
    why = error.sentence if isinstance(error, Unfit) else Sentence(str(error), "値が正しくありません")
    return (
        Sentence(f"{name.en}: {why.en}.", f"{name.ja}: {why.ja}。"),
        Sentence("Write it in this form.", "この形に直してください。"),
    )


def _shape(kind: str, name: Sentence, shown: str) -> tuple[Sentence, Sentence] | None:
    """The value is of another kind: text where a number must stand."""
    if kind in _MAPPINGS:
        return (
            Sentence(
                f"{name.en} must consist of `key: value` entries, not {shown}.",
                f"{name.ja}は`キー: 値`の形で書いてください({shown}と書かれています)。",
            ),
            _CORRECT,
        )
    if kind not in _KINDS:
        return None
    en, ja = _KINDS[kind]
    return (
        Sentence(
            f"{name.en} must be {en}, not {shown}.",
            f"{name.ja}には{ja}を書いてください({shown}と書かれています)。",
        ),
        _CORRECT,
    )


def _bounds(kind: str, name: Sentence, ctx: dict[str, Any], fallback: str) -> tuple[Sentence, Sentence]:
    if kind in {"greater_than_equal", "less_than_equal"}:
        least = "ge" in ctx
        bound = ctx["ge"] if least else ctx["le"]
        return (
            Sentence(
                f"{name.en} must be at {'least' if least else 'most'} {bound}.",
                f"{name.ja}は{bound}{'以上' if least else '以下'}にしてください。",
            ),
            Sentence("Correct the number.", "数を直してください。"),
        )
    if kind in {"string_too_short", "too_short"}:
        return Sentence(f"{name.en} is empty.", f"{name.ja}が空です。"), _FILL_IN
    if kind in {"string_too_long", "too_long"}:
        longest = ctx["max_length"]
        unit = "文字" if kind == "string_too_long" else "件"
        return (
            Sentence(f"{name.en} is longer than {longest}.", f"{name.ja}が{longest}{unit}を超えています。"),
            Sentence("Shorten it.", "短くしてください。"),
        )
    return Sentence(f"{name.en}: {fallback}.", f"{name.ja}の値が正しくありません。"), _CORRECT


def _about_key(model: type[BaseModel], kind: str, loc: Loc) -> tuple[Sentence, Sentence]:
    key, parent = str(loc[-1]), _dotted(loc[:-1])
    if kind == "missing":
        place = _named(parent)
        return (
            Sentence(f"{place.en} has no `{key}`.", f"{place.ja}に`{key}`がありません。"),
            Sentence(
                f"Add `{key}:`{f' below `{parent}:`' if parent else ''}.",
                f"{f'`{parent}:`の下に' if parent else ''}`{key}:`を追加してください。",
            ),
        )
    within = (f" below `{parent}`", f"`{parent}`の下の") if parent else ("", "")
    return (
        Sentence(
            f"`{_plain(key)}` is not a known key{within[0]}.",
            f"{within[1]}`{_plain(key)}`というキーはありません。",
        ),
        offer(key, known_keys(model, loc[:-1])),
    )


def known_keys(model: type[BaseModel], loc: Loc) -> tuple[str, ...]:
    """The keys that the format knows at `loc`, as they are written in YAML."""
    here = {model}
    for step in loc:
        named = {field for form in here for name, field in _fields(form) if name == step}
        if named:
            here = {inner for annotation in named for inner in _models(annotation)}
    return tuple(sorted({name for form in here for name, _ in _fields(form)}))


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        yield field.alias or name, field.annotation


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def offer(written: str, known: Iterable[str], otherwise: Sentence = SILENCE) -> Sentence:
    """A remedy for a name that is not known: the nearest that is, else `otherwise`, else all of them."""
    choices = tuple(known)
    near = difflib.get_close_matches(written, choices, n=1, cutoff=0.6)
    if near:
        return Sentence(f"Did you mean `{near[0]}`?", f"`{near[0]}`の誤りではありませんか。")
    if otherwise:
        return otherwise
    if not choices:
        return Sentence("Take it out.", "削除してください。")
    return Sentence(
        f"Write one of: {', '.join(choices)}.", f"次のいずれかを書いてください: {', '.join(choices)}。"
    )


def _choices(expected: str) -> tuple[str, ...]:
    return tuple(word.strip("'") for word in expected.replace(" or ", ", ").split(", ") if word)


def _dotted(loc: Loc) -> str:
    """`rollout.waves[2]`, the way people write a place; list items are counted from 1."""
    text = ""
    for step in loc:
        if isinstance(step, int):
            text += f"[{step + 1}]"
        elif step != "[key]":
            text += f".{_plain(step)}" if text else _plain(step)
    return text


def _shown(value: Any) -> str:
    return f"'{_plain(value)}'" if isinstance(value, str) else _plain(json.dumps(value, ensure_ascii=False))


def _plain(text: str) -> str:
    """On one line, short, and without characters that could disguise what is written."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
