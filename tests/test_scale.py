"""A store of many tours is listed, verified and collected with requests that grow as it does, and no faster."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from servers.messages import Request
from servers.tiny_s3 import TinyS3
from small_tour import SmallTour
from store_of_many import counted, fill

from ispace import audit, collector, pointer, releases
from ispace.adapters.s3 import S3Blobs
from ispace.adapters.s3.bucket import Bucket
from ispace.ports import Services

pytestmark = pytest.mark.slow

FEW, MANY = 25, 100


def listed(store: S3Blobs) -> int:
    return sum(
        len(releases.complete(store, slug)) for slug in releases.slugs(store) if pointer.look(store, slug).release
    )


def verified(store: S3Blobs) -> int:
    report = audit.Audit(Services(public=store, private=store), quick=True).run()
    assert report.faults == []
    return report.releases


def collected(store: S3Blobs) -> int:
    garbage = collector.run(store, grace=dt.timedelta(days=30), now=dt.datetime.now(dt.UTC))
    assert all(name.split("/")[1].startswith("20260101") for name in garbage.releases)
    return 2 * len(garbage.releases)


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], tuple[S3Blobs, TinyS3]]]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    servers, made = [], []

    def make(tours: int) -> tuple[S3Blobs, TinyS3]:
        server = TinyS3(["b"])
        fill(server.buckets["b"], tours)
        servers.append(server.__enter__())
        made.append(S3Blobs(Bucket("b", "tours", endpoint=server.endpoint, bulk="boto3", concurrency=8)))
        return made[-1], server

    yield make
    for store in made:
        store.client.close()
    for server in servers:
        server.__exit__(None, None, None)


@pytest.mark.parametrize("work", [listed, verified, collected])
def test_requests_grow_as_the_number_of_tours_and_nothing_is_listed_twice(
    stores: Callable[[int], tuple[S3Blobs, TinyS3]], work: Callable[[S3Blobs], int]
) -> None:
    counts = {}
    for tours in (FEW, MANY):
        store, server = stores(tours)
        seen: Counter[tuple[str, ...]] = Counter()

        def note(request: Request, seen: Counter[tuple[str, ...]] = seen) -> None:
            if request.kind == "list":
                query = request.query
                seen[query.get("prefix", ""), query.get("delimiter", ""), query.get("continuation-token", "")] += 1

        server.fault = note
        assert work(store) == 2 * tours
        counts[tours] = sum(server.requests.values())
        # Notes of work under way are read before each batch that is deleted. The few pages of one tour are listed for
        # the release that they show and for the objects that they name; everything else is listed once.
        again = {
            asked: n
            for asked, n in seen.items()
            if n > (2 if asked[0].startswith("tours/chua-") else 1) and not asked[0].endswith("/r/-/")
        }
        assert again == {}
    assert counts[MANY] <= counts[FEW] * MANY / FEW * 1.1


def test_a_changed_title_writes_few_objects_and_reads_no_tile(
    stores: Callable[[int], tuple[S3Blobs, TinyS3]], small: SmallTour, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, server = stores(0)
    small.services = Services(public=store, private=small.services.private)
    small.publish()
    small.title("Chùa nhỏ sau khi sửa")
    with counted(server) as found:
        small.publish()
    assert 0 < found["written"] <= 60
    assert found["tiles read"] == 0
