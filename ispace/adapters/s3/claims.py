"""One writer at a time, on servers that know no conditional writes.

Who wants to write puts a claim beside the others and then lists them. Whoever sees another claim takes its own back and
comes again after a pause of random length: of two that claim at the same moment at least one sees the other, so never
do both go on. A claim that was left by a killed process counts for a minute, by the server's own clock.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import hashlib
import random
import time
import uuid
from collections.abc import Iterator
from typing import Any

from ispace.adapters.s3.bucket import Bucket
from ispace.errors import StoreBusyError

_LIFE = dt.timedelta(seconds=60)
_PATIENCE_SECONDS = 150.0


@contextlib.contextmanager
def held(client: Any, bucket: Bucket, key: str) -> Iterator[None]:
    """Be the only one who writes ``key``; raises ``StoreBusyError`` when others never stop claiming it."""
    folder = f"{bucket.below}.ispace/claims/{hashlib.sha256(key.encode()).hexdigest()[:24]}/"
    ended = time.monotonic() + _PATIENCE_SECONDS
    pause = 0.1
    while True:
        mine = folder + uuid.uuid4().hex
        client.put_object(Bucket=bucket.name, Key=mine, Body=b"")
        try:
            if _is_alone(client, bucket, folder, mine):
                yield
                return
        finally:
            client.delete_object(Bucket=bucket.name, Key=mine)
        if time.monotonic() > ended:
            raise StoreBusyError(store=bucket.url)
        time.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - no secret
        pause = min(pause * 1.5, 5)


def _is_alone(client: Any, bucket: Bucket, folder: str, mine: str) -> bool:
    answer = client.list_objects_v2(Bucket=bucket.name, Prefix=folder)
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    now = email.utils.parsedate_to_datetime(headers["date"]) if "date" in headers else dt.datetime.now(dt.UTC)
    others = [item for item in answer.get("Contents", []) if item["Key"] != mine]
    for item in others:
        if now - item["LastModified"] > _LIFE:
            client.delete_object(Bucket=bucket.name, Key=item["Key"])
    return all(now - item["LastModified"] > _LIFE for item in others)
