"""A plan to change a part of."""

from datetime import UTC, datetime, time, timedelta

from pipeline.models.campaign import Expect
from pipeline.plan.delivery_plan import DeliveryPlan

NOW = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)

PLAN = DeliveryPlan(
    campaign="2026-12-winter-sale",
    digest="d" * 64,
    audience_rule="a" * 64,
    segment="tokyo-active",
    sender="news@mail.hanamori.example",
    send_at=datetime(2026, 12, 1, 1, 0, tzinfo=UTC),
    zone="Asia/Tokyo",
    latest_start=timedelta(hours=4),
    undo_window=timedelta(minutes=10),
    shares=(0.01, 0.1, 1.0),
    soak=timedelta(minutes=30),
    expect=Expect(min=500, max=5000),
    rate=14.0,
    quiet=(time(21), time(8)),
)
