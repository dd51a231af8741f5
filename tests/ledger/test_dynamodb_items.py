from pipeline.ledger.dynamodb_items import batch_key, batch_of
from pipeline.ledger.entry import BatchId


def test_batches_sort_by_number_then_attempt_however_often_one_was_tried() -> None:
    ids = [BatchId("sale", 1, 1, number, attempt) for number in (1, 2) for attempt in range(1, 2003)]
    keys = [batch_key(batch) for batch in ids]
    assert sorted(keys) == keys
    items = [{"pk": partition, "sk": sort, "positions": "0"} for partition, sort in keys]
    assert [batch_of(item).id for item in items] == ids


def test_a_number_in_a_table_that_is_there_already_is_read_as_ever() -> None:
    item = {"pk": "batches/sale/1/1", "sk": "0000007/012", "positions": "4"}
    assert batch_key(batch_of(item).id) == ("batches/sale/1/1", "0000007/012")
