"""The queue is made, left alone, and made anew where another version of the engine made it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import text

from mobilize.store import queue
from mobilize.store.engine import open_store
from mobilize.store.queue import Shard

NOW = dt.datetime(2013, 11, 12, 9, tzinfo=dt.UTC)


def test_a_queue_of_another_version_is_made_anew_and_works(postgres_url: str) -> None:
    assert not queue.bring_up(postgres_url)
    store = open_store(postgres_url, now=NOW)
    with store.writing() as connection:
        queue.defer(connection, "c", [Shard(letters=("a", "b"))])
    assert not queue.bring_up(postgres_url)
    with store.writing() as connection:
        assert queue.counts(connection, "c") == {"todo": 1, "doing": 0, "failed": 0}
        connection.execute(text("COMMENT ON TABLE procrastinate_jobs IS 'procrastinate 0.1'"))
    assert queue.bring_up(postgres_url)
    assert not queue.bring_up(postgres_url)
    with store.writing() as connection:
        assert queue.counts(connection, "c")["todo"] == 0
        queue.defer(connection, "c", [Shard(letters=("a",), priority=3, at=NOW, lock="domain:1")])
        row = connection.execute(text("SELECT * FROM procrastinate_jobs")).one()
        assert (row.queue_name, row.priority, row.lock, row.scheduled_at) == ("letters-c", 3, "domain:1", NOW)
        assert row.args == {"letters": ["a"]}
    store.close()


def test_campaigns_do_not_see_each_others_shards(postgres_url: str) -> None:
    store = open_store(postgres_url, now=NOW)
    with store.writing() as connection:
        queue.defer(connection, "water", [Shard(letters=("a",))])
        assert queue.counts(connection, "water")["todo"] == 1
        assert queue.counts(connection, "land")["todo"] == 0
        assert queue.busy(connection, "water", 1)
        assert not queue.busy(connection, "land", 1)
    store.close()
