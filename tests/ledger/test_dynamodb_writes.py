"""The vocabulary means the same on plain items and in the language of DynamoDB."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.ledger.dynamodb_items import positions_of, positions_text
from pipeline.ledger.dynamodb_rehearsal import RehearsedTable
from pipeline.ledger.dynamodb_table import DynamoDbTable
from pipeline.ledger.dynamodb_writes import Change, Create, Write
from tests.cloud import REGION, TABLE, cloud, make_table

pytestmark = pytest.mark.slow

_KEYS = st.tuples(st.sampled_from("pq"), st.sampled_from("12"))
_CREATES = st.builds(Create, _KEYS, st.fixed_dictionaries({"a": st.sampled_from("xy")}))
_CHANGES = st.builds(
    Change,
    _KEYS,
    equals=st.dictionaries(st.just("a"), st.sampled_from("xy"), max_size=1),
    absent=st.sampled_from([(), ("set",), ("a", "set")]),
    put=st.dictionaries(st.just("a"), st.sampled_from("xy"), max_size=1),
    add=st.dictionaries(st.just("n"), st.integers(-3, 3), max_size=1),
    include=st.dictionaries(st.just("set"), st.sampled_from("mn"), max_size=1),
    at_least=st.dictionaries(st.just("newest"), st.sampled_from("123456789"), max_size=1),
)
_TAKES = st.builds(
    Change,
    _KEYS,
    put=st.just({"a": "x"}),
    exclude=st.dictionaries(st.just("set"), st.sampled_from("mn"), min_size=1),
)
#: An item is in a transaction once.
_TRANSACTION = st.lists(_CREATES | _CHANGES | _TAKES, min_size=1, max_size=3, unique_by=lambda w: w.key)


@settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(transactions=st.lists(_TRANSACTION, min_size=5, max_size=20))
def test_a_rehearsed_table_answers_as_the_real_one(transactions: list[list[Write]]) -> None:
    with cloud():
        make_table()
        real, again, rehearsed = DynamoDbTable(TABLE, REGION), DynamoDbTable(TABLE, REGION), RehearsedTable()
        for number, transaction in enumerate(transactions):
            sometimes_two = (real, again)[number % 2]
            assert sometimes_two.write(transaction) is rehearsed.write(transaction)
            for partition in "pq":
                assert list(real.query(partition)) == list(rehearsed.query(partition))


@given(st.lists(st.integers(0, 60)))
def test_positions_are_written_so_that_they_can_be_told_apart(positions: list[int]) -> None:
    assert positions_of(positions_text(positions)) == tuple(positions)
