"""Preparing a bucket: made where it is missing, the public store open to everybody, the private one to nobody.

Every step looks first and changes only what is not so yet. What may not or cannot be done is handed over, as what an
administrator has to set. Nothing is ever written over a configuration that could not be read.
"""

from __future__ import annotations

import json
import shlex
import uuid
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ispace import anonymous, keys
from ispace.adapters.s3 import access, rules
from ispace.adapters.s3.access import RefusedError
from ispace.errors import IspaceError
from ispace.ports import Put, Step

if TYPE_CHECKING:
    from ispace.adapters.s3 import S3Blobs

_MISSING = {"NoSuchBucket", "404", "NotFound"}
_ELSEWHERE = {"InvalidLocationConstraint", "IllegalLocationConstraintException"}


def run(store: S3Blobs, *, public: bool, addresses: Sequence[str], together: bool = False) -> Iterator[Step]:
    """Prepare a store; ``together``: both stores lie in one bucket.

    ``addresses`` are where the world reads a public store, or might read a private one.

    Raises:
        IspaceError: the server does not answer, or the credentials are no good.
    """
    made = _bucket(store)
    yield made
    if made.code == "bucket-cannot":
        return
    if public:
        seen = _seen(store, addresses)
        yield _public_read(store, seen, together=together)
        yield _cors(store, seen)
    else:
        yield _closed(store, addresses)
    yield _versioning(store, public=public)
    yield _uploads(store, public=public)


def _bucket(store: S3Blobs) -> Step:
    bucket, told = store.bucket, {"store": store.name, "bucket": store.bucket.name}
    try:
        # Not HeadBucket: its answer has no body that could say what is wrong.
        access.asked(bucket, lambda: store.client.list_objects_v2(Bucket=bucket.name, MaxKeys=1))
        return Step("bucket", "already", "bucket-there", told)
    except RefusedError as refused:
        if refused.code not in _MISSING:
            return Step("bucket", "cannot", "bucket-denied", told | {"reason": refused.code})
    place = {"CreateBucketConfiguration": {"LocationConstraint": bucket.region}}
    on_aws = bucket.endpoint is None and bucket.region != "us-east-1"
    try:
        try:
            _create(store, place if on_aws else {})
        except RefusedError as refused:
            if on_aws or refused.code not in _ELSEWHERE:
                raise
            _create(store, place)
    except RefusedError as refused:
        if refused.code == "BucketAlreadyOwnedByYou":  # somebody else has just made it for us
            return Step("bucket", "already", "bucket-there", told)
        return Step("bucket", "cannot", "bucket-cannot", told | {"reason": refused.code})
    return Step("bucket", "done", "bucket-made", told)


def _create(store: S3Blobs, place: dict[str, Any]) -> None:
    access.asked(store.bucket, lambda: store.client.create_bucket(Bucket=store.bucket.name, **place))


def _public_read(store: S3Blobs, seen: anonymous.Answer | None, *, together: bool) -> Step:
    bucket, told = store.bucket, {"store": store.name, "bucket": store.bucket.name}
    if not rules.can_be_named(bucket):
        return Step("public-read", "cannot", "public-read-wildcard", told)
    wanted = rules.with_reading({}, bucket)
    try:
        policy = access.policy(store)
        if rules.is_read(policy, bucket):
            return Step("public-read", "already", "public-read-there", told)
        wanted = rules.with_reading(policy, bucket)
        text = json.dumps(wanted)
        access.asked(bucket, lambda: store.client.put_bucket_policy(Bucket=bucket.name, Policy=text))
    except RefusedError as refused:
        if seen is not None:
            return Step("public-read", "already", "public-read-seen", told)
        if refused.is_swift:
            return _on_swift(store, told, together=together)
        return Step("public-read", "cannot", "public-read-cannot", told | {"reason": refused.code}, _json(wanted))
    return Step("public-read", "done", "public-read-made", told)


def _on_swift(store: S3Blobs, told: dict[str, str], *, together: bool) -> Step:
    if together:  # what Swift can open is a whole bucket
        return Step("public-read", "cannot", "public-read-swift-together", told)
    command = f"swift post -r '.r:*' {shlex.quote(store.bucket.name)}"
    return Step("public-read", "cannot", "public-read-swift", told | {"below": store.bucket.below}, command)


def _cors(store: S3Blobs, seen: anonymous.Answer | None) -> Step:
    bucket, told = store.bucket, {"store": store.name, "bucket": store.bucket.name}
    wanted = rules.with_cors([])
    try:
        found = access.cors(store)
        if rules.has_cors(found):
            return Step("cors", "already", "cors-there", told)
        wanted = rules.with_cors(found)
        set_to = {"CORSRules": wanted}
        access.asked(bucket, lambda: store.client.put_bucket_cors(Bucket=bucket.name, CORSConfiguration=set_to))
    except RefusedError as refused:
        if seen is not None and seen.allows_other_sites:
            return Step("cors", "already", "cors-seen", told)
        if not refused.is_swift:
            return Step("cors", "cannot", "cors-cannot", told | {"reason": refused.code}, _json({"CORSRules": wanted}))
        ours = rules.cors()
        metadata = {
            "Allow-Origin": "*",
            "Expose-Headers": " ".join(ours["ExposeHeaders"]),
            "Max-Age": ours["MaxAgeSeconds"],
        }
        command = f"swift post {shlex.quote(bucket.name)}" + "".join(
            f" \\\n  -H 'X-Container-Meta-Access-Control-{name}: {value}'" for name, value in metadata.items()
        )
        return Step("cors", "cannot", "cors-swift", told, command)
    return Step("cors", "done", "cors-made", told)


def _closed(store: S3Blobs, addresses: Sequence[str]) -> Step:
    told = {"store": store.name, "bucket": store.bucket.name}
    if by := access.opened_by(store):
        return Step("private-closed", "cannot", f"private-closed-{by}", told)
    try:
        is_open = _probe(store, keys.ORIGINALS, addresses) is not None
    except IspaceError as error:
        return Step("private-closed", "cannot", "private-closed-unknown", told | {"reason": error.code})
    if is_open:
        return Step("private-closed", "cannot", "private-closed-open", told)
    return Step("private-closed", "already", "private-closed", told)


def _versioning(store: S3Blobs, *, public: bool) -> Step:
    bucket, told = store.bucket, {"store": store.name, "bucket": store.bucket.name}
    try:
        answer = access.asked(bucket, lambda: store.client.get_bucket_versioning(Bucket=bucket.name))
    except RefusedError as refused:
        return Step("versioning", "advice", "versioning-unknown", told | {"reason": refused.code})
    on = answer.get("Status") == "Enabled"
    if not public:
        if on:
            return Step("versioning", "already", "versioning-private-on", told)
        server = f" --endpoint-url {bucket.endpoint}" if bucket.endpoint else ""
        command = f"aws s3api put-bucket-versioning{server} --bucket {shlex.quote(bucket.name)}"
        command += " --versioning-configuration Status=Enabled"
        return Step("versioning", "advice", "versioning-private-off", told, command)
    if not on:
        return Step("versioning", "already", "versioning-public-off", told)
    try:
        found = access.lifecycle(store)
    except RefusedError:
        found = []
    if rules.has_lifecycle(found, "NoncurrentVersionExpiration", bucket):
        return Step("versioning", "already", "versioning-public-ends", told)
    text = _json({"Rules": rules.with_lifecycle(found, rules.versions(bucket))})
    return Step("versioning", "advice", "versioning-public-on", told, text)


def _uploads(store: S3Blobs, *, public: bool) -> Step:
    bucket, told = store.bucket, {"store": store.name, "bucket": store.bucket.name}
    wanted = [rules.uploads(bucket)]
    try:
        found = access.lifecycle(store)
        if rules.has_lifecycle(found, "AbortIncompleteMultipartUpload", bucket):
            return Step("uploads", "already", "uploads-there", told)
        wanted = rules.with_lifecycle(found, rules.uploads(bucket))
        set_to = {"Rules": wanted}
        access.asked(
            bucket,
            lambda: store.client.put_bucket_lifecycle_configuration(Bucket=bucket.name, LifecycleConfiguration=set_to),
        )
    except RefusedError as refused:
        code = "uploads-public" if public else "uploads-private"
        rule = "" if refused.is_swift else _json({"Rules": wanted})  # Swift has no such rules
        return Step("uploads", "advice", code, told | {"reason": refused.code}, rule)
    return Step("uploads", "done", "uploads-made", told)


def _seen(store: S3Blobs, addresses: Sequence[str]) -> anonymous.Answer | None:
    """Return how the world gets a public object at the moment; ``None`` where it does not, or nobody can tell."""
    try:
        return _probe(store, keys.ASSETS, addresses)
    except IspaceError:
        return None


def _probe(store: S3Blobs, folder: str, addresses: Sequence[str]) -> anonymous.Answer | None:
    """Write an object, read it as anybody, delete it; return the answer that brought it."""
    content = uuid.uuid4().hex.encode()
    key = f"{folder}prepare-{content.decode()}.txt"
    try:
        store.put(Put(key, content))
        for address in addresses:
            answer = anonymous.look(address + key, store=store.name, ca=store.bucket.ca or "")
            if answer.status == 200 and answer.body == content:
                return answer
    finally:
        store.delete([key])
    return None


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
