"""The `where` of a segment: one SQL predicate, read, checked against a list of what is allowed, written anew.

Nothing of the author's text reaches a database: what runs is written from the tree that was checked.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest

from sqlglot import Token, TokenType, exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ParseError, SqlglotError

from pipeline.audience.grammar import (
    BEFORE_BRACKETS,
    COMPARING,
    FUNCTIONS,
    SHAPES,
    TEXTUAL,
    TYPES,
    date_literal,
)
from pipeline.audience.predicate import Objection, Predicate
from pipeline.audience.predicate_words import CHAIN, EMPTY, FLATTER, WRITE, functions
from pipeline.sentence import SILENCE, Sentence

_LENGTH_MAX = 4000
_BRACKETS_MAX = 30
_DEPTH_MAX = 200


@lru_cache(maxsize=256)
def parse(where: str) -> Predicate | tuple[Objection, ...]:
    """Read and check a predicate. Pure: the same text gives the same answer on every day."""
    if len(where) > _LENGTH_MAX:
        long = Sentence(
            f"The condition is longer than {_LENGTH_MAX} characters.",
            f"条件が{_LENGTH_MAX}文字を超えています。",
        )
        return (Objection(0, long, Sentence("Split the segment.", "セグメントを分けてください。")),)
    try:
        tokens = DuckDB().tokenize(where)
    except SqlglotError:
        quote = Sentence(
            "The condition cannot be read: a quote may be missing.",
            "条件を読み取れません。引用符が抜けているかもしれません。",
        )
        return (Objection(0, quote, WRITE),)
    if objections := tuple(_token_objections(where, tokens)):
        return objections
    try:
        return _checked(where, tokens)
    except RecursionError:
        deep = Sentence("The condition is nested too deeply.", "条件の入れ子が深すぎます。")
        return (Objection(0, deep, FLATTER),)


def _token_objections(where: str, tokens: list[Token]) -> Iterator[Objection]:
    """What can be told from the words alone, where its place is known exactly."""
    depth = 0
    if not tokens:
        yield Objection(0, EMPTY, WRITE)
    for token, after in zip_longest(tokens, tokens[1:]):
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        if depth > _BRACKETS_MAX:
            brackets = Sentence(
                "The condition has too many brackets in each other.", "条件の括弧の入れ子が多すぎます。"
            )
            yield Objection(token.start, brackets, WRITE)
            return
        if objection := _word_objection(token, after):
            yield objection
    if any(token.comments for token in tokens) or _hidden_comment(where, tokens):
        yield Objection(
            0,
            Sentence("The condition has a comment in it.", "条件にコメントが含まれています。"),
            Sentence("Say it in the segment's title instead.", "説明はセグメントのtitleに書いてください。"),
        )


def _word_objection(token: Token, after: Token | None) -> Objection | None:
    word = token.text.lower()
    if token.token_type is TokenType.SEMICOLON:
        semicolon = Sentence("The condition has a semicolon.", "条件にセミコロン(;)は書けません。")
        return Objection(token.start, semicolon, WRITE)
    if token.token_type in {TokenType.SELECT, TokenType.FROM, TokenType.WITH} and word != "from":
        query = Sentence(
            f"A condition cannot hold a query of its own ({word}).",
            f"条件の中に別の検索({word})は書けません。",
        )
        return Objection(token.start, query, WRITE)
    called = after is not None and after.token_type is TokenType.L_PAREN
    if called and _is_name(token) and word not in FUNCTIONS:
        function = Sentence(f"The function {word} is not allowed here.", f"関数{word}は使えません。")
        return Objection(token.start, function, functions(FUNCTIONS))
    return None


def _is_name(token: Token) -> bool:
    """May this word, with a bracket behind it, be a function? Operators and types may stand there as well."""
    written = token.token_type not in {TokenType.STRING, TokenType.NUMBER}
    return written and token.text.replace("_", "a").isalnum() and token.text.lower() not in BEFORE_BRACKETS


def _hidden_comment(where: str, tokens: list[Token]) -> bool:
    """A comment that hangs on no token: what lies between the tokens is white space, or it is not seen."""
    end = 0
    for token in tokens:
        if where[end : token.start].strip():
            return True
        end = token.end + 1
    return bool(where[end:].strip())


def _checked(where: str, tokens: list[Token]) -> Predicate | tuple[Objection, ...]:
    try:
        trees = DuckDB().parser().parse_into(exp.Condition, tokens, where)
    except ParseError as error:
        return (_unreadable(where, error),)
    assert len(trees) <= 1, "semicolons were refused before"
    tree = trees[0] if trees else None
    if tree is None:
        return (Objection(0, EMPTY, WRITE),)
    objections = tuple(dict.fromkeys(_tree_objections(tree, tokens)))
    if objections:
        return tuple(sorted(objections, key=lambda objection: objection.offset))
    columns: dict[str, int] = {}
    for column in tree.find_all(exp.Column):
        offset = _offset(column)
        columns[column.name] = min(offset, columns.get(column.name, offset))
    if not columns:
        nothing = Sentence("The condition names no column.", "条件に名簿の列がありません。")
        everybody = Sentence(
            "For everybody, leave `where` out.", "全員に送る場合は、`where`を書かないでください。"
        )
        return (Objection(0, nothing, everybody),)
    ordered = sorted(columns.items(), key=lambda pair: pair[1])
    written = tree.sql(dialect="duckdb", identify=True, comments=False)
    return Predicate(written, tuple(ordered), frozenset(_texts(tree)))


def _texts(tree: exp.Expr) -> Iterator[str]:
    for node in tree.find_all(*TEXTUAL, *COMPARING):
        operands = [operand.unnest() for operand in node.iter_expressions()]
        beside_text = any(isinstance(operand, exp.Literal) and operand.is_string for operand in operands)
        if beside_text or isinstance(node, TEXTUAL):
            yield from (operand.name for operand in operands if isinstance(operand, exp.Column))


def _unreadable(where: str, error: ParseError) -> Objection:
    """Sqlglot gives the words before the place; they lead back to it."""
    first = error.errors[0] if error.errors else {}
    before = str(first.get("start_context") or "")
    word = str(first.get("highlight") or "").strip()
    place = where.find(before + word) + len(before) if before or word else len(where)
    beside, beside_ja = (f" at “{word}”", f"「{word}」の辺りで") if word else ("", "")
    why = Sentence(f"The condition cannot be read{beside}.", f"{beside_ja}条件を読み取れません。")
    return Objection(max(0, min(place, len(where))), why, WRITE)


def _tree_objections(tree: exp.Expr, tokens: list[Token]) -> Iterator[Objection]:
    stack = [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        if depth > _DEPTH_MAX:
            yield Objection(_offset(node), CHAIN, FLATTER)
            return
        why = _node_objection(node)
        if why:
            yield Objection(_offset(node) or _first_word(node, tokens), why, WRITE)
        else:
            stack.extend((child, depth + 1) for child in node.iter_expressions())


def _first_word(node: exp.Expr, tokens: list[Token]) -> int:
    """Where the word that a node begins with stands: sqlglot notes no place for `current_date` and others."""
    word = node.sql(dialect="duckdb", comments=False).partition(" ")[0].upper()
    return next((token.start for token in tokens if token.text.upper() == word), 0)


def _node_objection(node: exp.Expr) -> Sentence:
    """Why this piece is not allowed, or nothing."""
    allowed = SHAPES.get(type(node))
    if allowed is None:
        return Sentence(
            f"This is not allowed in a condition: {_shown(node)}.", f"条件に{_shown(node)}は使えません。"
        )
    given = {name for name, value in node.args.items() if value not in (None, False, [])}
    if given - allowed:
        return Sentence(
            f"This form is not allowed in a condition: {_shown(node)}.",
            f"条件に{_shown(node)}という書き方は使えません。",
        )
    return _value_objection(node)


def _value_objection(node: exp.Expr) -> Sentence:
    """Why an allowed form is not allowed with these values, or nothing."""
    why = SILENCE
    match node:
        case exp.Column() if not isinstance(node.this, exp.Identifier):
            why = Sentence("A star is no condition.", "*だけでは条件になりません。")
        case exp.In() if not node.expressions or not all(_is_literal(value) for value in node.expressions):
            why = Sentence(
                "`in` takes a list of written values only.", "`in`には、値を並べたものだけを書けます。"
            )
        case exp.Is() if not isinstance(node.expression, exp.Null | exp.Boolean):
            why = Sentence(
                "`is` goes with null, true or false only.", "`is`の後に書けるのはnull、true、falseだけです。"
            )
        case exp.DataType() if node.this not in TYPES:
            why = Sentence(
                f"The type {_shown(node)} is not allowed in a condition.",
                f"条件に型{_shown(node)}は使えません。",
            )
        case exp.Cast() | exp.TryCast() if not date_literal(node):
            why = Sentence(
                "A date is written date '2025-12-01', a time timestamp '2025-12-01 10:00:00'.",
                "日付はdate '2025-12-01'、日時はtimestamp '2025-12-01 10:00:00'の形で書いてください。",
            )
        case _:
            pass
    return why


def _is_literal(node: exp.Expr) -> bool:
    inner = node.this if isinstance(node, exp.Neg | exp.Cast | exp.TryCast | exp.Paren) else node
    return isinstance(inner, exp.Literal | exp.Boolean | exp.Null)


def _shown(node: exp.Expr) -> str:
    text = node.sql(dialect="duckdb", comments=False)
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004 a line of a comment


def _offset(node: exp.Expr) -> int:
    """The place of the node, or of the first piece in it that has one."""
    places = [start for piece in node.walk() if (start := piece.meta.get("start")) is not None]
    return min(places, default=0)
