"""What a predicate may be made of. Whatever does not stand here is refused."""

import re
from typing import Final

from sqlglot import exp

#: The functions by the names authors write. All are pure: no files, no network, no clock, no chance.
FUNCTIONS: Final = frozenset(
    {
        "abs", "coalesce", "contains", "day", "ends_with", "length", "lower", "month", "round", "starts_with",
        "substr", "substring", "trim", "upper", "year",
    }
)  # fmt: skip

#: Words that may stand before a bracket without being a function.
BEFORE_BRACKETS: Final = frozenset(
    {
        "and", "between", "cast", "decimal", "distinct", "escape", "from", "ilike", "in", "is", "like", "not",
        "numeric", "or", "try_cast", "varchar",
    }
)  # fmt: skip

_BOTH: Final = frozenset({"this", "expression"})
_ONE: Final = frozenset({"this"})

#: Each kind of node with the arguments it may carry. A form with any other argument (an `in` with a query, a
#: `trim` with a collation, a column with a table) is another thing and is refused.
SHAPES: Final[dict[type[exp.Expr], frozenset[str]]] = {
    exp.And: _BOTH,
    exp.Or: _BOTH,
    exp.Not: _ONE,
    exp.Paren: _ONE,
    exp.EQ: _BOTH,
    exp.NEQ: _BOTH,
    exp.GT: _BOTH,
    exp.GTE: _BOTH,
    exp.LT: _BOTH,
    exp.LTE: _BOTH,
    exp.NullSafeEQ: _BOTH,
    exp.NullSafeNEQ: _BOTH,
    exp.Is: _BOTH,
    exp.In: frozenset({"this", "expressions"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Like: _BOTH | {"negate"},
    exp.ILike: _BOTH | {"negate"},
    exp.Escape: _BOTH,
    exp.Add: _BOTH,
    exp.Sub: _BOTH,
    exp.Mul: _BOTH,
    exp.Div: _BOTH | {"typed", "safe"},
    exp.IntDiv: _BOTH,
    exp.Mod: _BOTH,
    exp.Neg: _ONE,
    exp.DPipe: _BOTH | {"safe"},
    exp.Column: _ONE,
    exp.Identifier: _ONE | {"quoted"},
    exp.Literal: _ONE | {"is_string"},
    exp.Boolean: _ONE,
    exp.Null: frozenset(),
    exp.Cast: _ONE | {"to"},
    exp.TryCast: _ONE | {"to", "safe"},
    exp.DataType: _ONE | {"expressions"},
    exp.DataTypeParam: _ONE,
    exp.Abs: _ONE,
    exp.Coalesce: frozenset({"this", "expressions"}),
    exp.Contains: _BOTH,
    exp.Day: _ONE,
    exp.EndsWith: _BOTH,
    exp.Length: _ONE,
    exp.Lower: _ONE,
    exp.Month: _ONE,
    exp.Round: _ONE | {"decimals"},
    exp.StartsWith: _BOTH,
    exp.Substring: _ONE | {"start", "length"},
    exp.Trim: _ONE,
    exp.Upper: _ONE,
    exp.Year: _ONE,
}

#: Nodes whose operands are text: a column in one of them is read as text, whatever its values look like.
TEXTUAL: Final = (
    exp.Contains, exp.DPipe, exp.EndsWith, exp.ILike, exp.Length, exp.Like, exp.Lower, exp.StartsWith,
    exp.Substring, exp.Trim, exp.Upper,
)  # fmt: skip
#: Nodes that compare: a column beside a text literal is text.
COMPARING: Final = (
    exp.Between, exp.EQ, exp.GT, exp.GTE, exp.In, exp.LT, exp.LTE, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ,
)  # fmt: skip

_TEXT = {exp.DType.VARCHAR, exp.DType.TEXT}
_NUMBER = {exp.DType.INT, exp.DType.BIGINT, exp.DType.DOUBLE, exp.DType.DECIMAL, exp.DType.BOOLEAN}
#: Types to cast to. A time stamp with a zone would depend on the machine's zone.
TYPES: Final = frozenset(_TEXT | _NUMBER | {exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ})

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?")


def date_literal(cast: exp.Cast | exp.TryCast) -> bool:
    """Is this cast no date, or a date written out? `date 'today'` would read the clock."""
    if not isinstance(cast.this, exp.Literal) or not cast.this.is_string:
        return True
    match cast.to.this:
        case exp.DType.DATE:
            return _DATE.fullmatch(cast.this.name) is not None
        case exp.DType.TIMESTAMP | exp.DType.TIMESTAMPNTZ:
            return _TIMESTAMP.fullmatch(cast.this.name) is not None
        case _:
            return True
