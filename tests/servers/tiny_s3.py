"""A small, fast S3 server in memory, for tests and benchmarks: as its own process, or in a thread as ``TinyS3``.

Path style only; signatures are not verified. What real servers refuse, differ in or get wrong can be switched on:
conditions, policies, room, delay, faults. The name of the access key matters: ``expired`` is refused as an expired
token, ``readonly`` may not write, and who has no key reads what the bucket's policy gives to everybody.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import binascii
import hashlib
import itertools
import json
import os
import signal
import stat
import sys
import time
import xml.etree.ElementTree as ET
import zlib
from calendar import timegm
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

if __name__ == "__main__":
    sys.path[:1] = [str(Path(__file__).parents[1])]

from servers.access import Cors, MalformedError, Policy
from servers.background import Background
from servers.buckets import Bucket, Stored, Upload
from servers.faults import Fault, Faults, Kind, failure
from servers.messages import Connection, Reply, Request, dechunked, http_date, iso_date

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
MAX_SKEW_S = 15 * 60
MAX_KEY_BYTES = 1024
MIN_PART_BYTES = 5 << 20
WRITING = ("PUT", "POST", "DELETE")
KEPT_HEADERS = {
    "content-type": "Content-Type",
    "cache-control": "Cache-Control",
    "content-encoding": "Content-Encoding",
    "content-disposition": "Content-Disposition",
    "content-language": "Content-Language",
    "expires": "Expires",
}
SETTINGS = ("policy", "cors", "versioning", "acl")
MISSING_SETTING = {"policy": "NoSuchBucketPolicy", "cors": "NoSuchCORSConfiguration"}
OF_BUCKETS = (*SETTINGS, "location", "uploads", "delete", "list-type")
OF_OTHERS = {
    "accelerate", "encryption", "lifecycle", "logging", "notification", "object-lock", "ownershipControls",
    "policyStatus", "publicAccessBlock", "replication", "tagging", "versions", "website", "attributes", "retention",
    "legal-hold", "torrent", "restore", "select",
}  # fmt: skip


class S3Error(Exception):
    """A refusal with S3's code for it."""

    def __init__(self, status: int, code: str, message: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.headers = status, code, message or code, headers or {}

    def reply(self, request: Request) -> Reply:
        """Return it as a reply."""
        resource = escape(request.path)
        text = (
            f"{XML}<Error><Code>{self.code}</Code><Message>{escape(self.message)}</Message>"
            f"<Resource>{resource}</Resource><RequestId>tiny</RequestId></Error>"
        )
        return Reply(self.status, {**self.headers, "Content-Type": "application/xml"}, text.encode())


class TinyS3(Background):
    """The server; what tests look at and turn while it runs are its public attributes.

    ``requests`` counts by method and kind (``PUT object``, ``GET list``, ``POST upload`` …), ``written`` lists
    ``bucket/key`` in the order of writing, ``fault`` decides what goes wrong, ``skew_s`` is how fast its clock is.
    ``delay_s`` is one way; a new connection costs a round trip more only with ``handshakes``.
    """

    def __init__(
        self,
        buckets: Iterable[str] = (),
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        conditions: str = "full",
        policies: bool = True,
        capacity_bytes: int | None = None,
        delay_s: float = 0.0,
        handshakes: bool = False,
        min_part_bytes: int = MIN_PART_BYTES,
    ) -> None:
        if conditions not in ("full", "none", "refused"):
            raise ValueError(conditions)
        self.host, self.port = host, port
        self.conditions, self.policies, self.capacity_bytes = conditions, policies, capacity_bytes
        self.delay_s, self.handshakes = delay_s, handshakes
        self.min_part_bytes, self.skew_s = min_part_bytes, 0.0
        self.fault: Callable[[Request], Fault | None] | None = None
        self.requests: Counter[str] = Counter()
        self.written: list[str] = []
        self.connections = 0
        self.used_bytes = 0
        self.buckets = {name: Bucket(int(time.time())) for name in buckets}
        self.open: set[Connection] = set()
        self._handlers: dict[tuple[str, str], Callable[[Request, Bucket], Reply]] = {
            ("HEAD", "bucket"): lambda request, bucket: Reply(),
            ("DELETE", "bucket"): self._delete_bucket,
            ("GET", "list"): self._list,
            ("POST", "delete"): self._delete_objects,
            ("GET", "location"): self._location,
            ("GET", "uploads"): self._list_uploads,
            ("PUT", "object"): self._put,
            ("GET", "object"): self._get,
            ("HEAD", "object"): self._get,
            ("DELETE", "object"): self._delete,
            ("POST", "upload"): self._upload,
            ("DELETE", "upload"): self._abort,
            ("GET", "upload"): self._list_parts,
            ("PUT", "part"): self._put_part,
            **{(method, name): self._setting for name in SETTINGS for method in ("GET", "PUT", "DELETE")},
        }

    # What Background and Connection ask for.

    async def listen(self) -> asyncio.Server:
        """Open the socket."""

        def connect() -> Connection:
            self.connections += 1
            return Connection(self)

        return await asyncio.get_running_loop().create_server(connect, self.host, self.port, backlog=1024)

    async def hang_up(self) -> None:
        """End all connections."""
        for connection in list(self.open):
            connection.hang_up()

    def classify(self, request: Request) -> str:
        """Return the kind under which a request is counted and done."""
        query = request.query
        if not request.bucket:
            return "service"
        if query and not OF_OTHERS.isdisjoint(query):
            return "other"
        if request.key:
            if not query:
                return "object"
            if "partNumber" in query and request.method == "PUT":
                return "part"
            if "uploadId" in query or "uploads" in query:
                return "upload"
            return "other" if "acl" in query else "object"
        for name in OF_BUCKETS:
            if name in query:
                return "list" if name == "list-type" else name
        return "list" if request.method == "GET" else "bucket"

    def answer(self, request: Request) -> Reply:
        """Do what a request asks and count it."""
        if request.bucket == "_tiny":
            return self._own(request)
        self.requests[f"{request.method} {request.kind}"] += 1
        try:
            reply = self._dispatch(request)
        except S3Error as error:
            reply = error.reply(request)
        return self._finished(request, reply)

    def refuse(self, request: Request, kind: Kind) -> Reply:
        """Return the reply for a fault that is one."""
        self.requests[f"{request.method} {request.kind}"] += 1
        return self._finished(request, S3Error(*failure(kind)).reply(request))

    # How tests and benchmarks ask another process.

    def _own(self, request: Request) -> Reply:
        if request.method == "POST" and request.key == "reset":
            self.requests.clear()
            self.written.clear()
            self.connections = 0
            if "objects" in request.query:
                self.buckets = {name: Bucket(int(time.time())) for name in self.buckets}
                self.used_bytes = 0
        found: object = {
            "requests": dict(self.requests),
            "written": len(self.written),
            "connections": self.connections,
            "used_bytes": self.used_bytes,
            "cpu_s": time.process_time(),
        }
        if request.key == "written":
            found = self.written
        return Reply(200, {"Content-Type": "application/json"}, json.dumps(found).encode())

    # Who may do what.

    def _now(self) -> int:
        return int(time.time() + self.skew_s)

    def _dispatch(self, request: Request) -> Reply:
        method, kind, name = request.method, request.kind, request.bucket
        bucket = self.buckets.get(name)
        if method == "OPTIONS":
            return self._preflight(request, bucket)
        self._admit(request, bucket)
        if len(request.key) * 4 > MAX_KEY_BYTES and len(request.key.encode()) > MAX_KEY_BYTES:
            raise S3Error(400, "KeyTooLongError", "Your key is too long")
        if kind == "service" and method == "GET":
            return self._list_buckets()
        if (method, kind) == ("PUT", "bucket"):
            return self._create_bucket(request)
        if bucket is None:
            raise S3Error(404, "NoSuchBucket", "The specified bucket does not exist")
        handler = self._handlers.get((method, kind))
        if handler is None:
            raise S3Error(501, "NotImplemented", f"{method} of {kind} is not implemented")
        return handler(request, bucket)

    def _admit(self, request: Request, bucket: Bucket | None) -> None:
        """Refuse who has no key and no policy, the wrong key or the wrong time."""
        authorization = request.headers.get("authorization", "")
        query = request.query
        if not authorization and "X-Amz-Credential" not in query:
            self._admit_everybody(request, bucket)
            return
        if authorization:
            access_key = authorization.partition("Credential=")[2].partition("/")[0]
            stamp = request.headers.get("x-amz-date", "")
        else:
            access_key, stamp = query["X-Amz-Credential"].partition("/")[0], query.get("X-Amz-Date", "")
        try:
            signed = amz_time(stamp)
        except ValueError:
            raise S3Error(
                403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header"
            ) from None
        age_s = time.time() + self.skew_s - signed
        if not authorization and age_s >= 0:
            if age_s > int(query.get("X-Amz-Expires", "0")):
                raise S3Error(403, "AccessDenied", "Request has expired")
        elif abs(age_s) > MAX_SKEW_S:
            message = "The difference between the request time and the current time is too large."
            raise S3Error(403, "RequestTimeTooSkewed", message)
        if access_key == "expired":
            raise S3Error(400, "ExpiredToken", "The provided token has expired.")
        if access_key == "readonly" and request.method in WRITING:
            raise S3Error(403, "AccessDenied", "Access Denied")

    def _admit_everybody(self, request: Request, bucket: Bucket | None) -> None:
        arn = f"arn:aws:s3:::{request.bucket}"
        text = bucket.settings.get("policy") if bucket else None
        if bucket and text and request.method in ("GET", "HEAD"):
            policy = parsed_policy(text)
            may_list = policy.allows("s3:ListBucket", arn)
            if request.kind in ("list", "bucket") and may_list:
                return
            may_read = request.kind == "object" and policy.allows("s3:GetObject", f"{arn}/{request.key}")
            # Who may not list is not told that there is nothing either.
            if may_read and (may_list or request.key in bucket.objects):
                return
        raise S3Error(403, "AccessDenied", "Access Denied")

    def _finished(self, request: Request, reply: Reply) -> Reply:
        """Add what every reply has; one to HEAD loses its body."""
        headers = reply.headers
        headers["x-amz-request-id"] = "tiny"
        headers["Date"] = http_date(self._now())
        headers["Server"] = "tiny-s3"
        if request.method == "HEAD":
            reply.length = len(reply.body)
            reply.body = b""
        origin = request.headers.get("origin")
        bucket = self.buckets.get(request.bucket) if origin else None
        if origin and bucket and request.method != "OPTIONS" and "cors" in bucket.settings:
            headers.update(parsed_cors(bucket.settings["cors"]).headers(origin, request.method))
        return reply

    def _preflight(self, request: Request, bucket: Bucket | None) -> Reply:
        asked = request.headers.get
        if bucket and "cors" in bucket.settings:
            cors = parsed_cors(bucket.settings["cors"])
            method, names = asked("access-control-request-method", ""), asked("access-control-request-headers", "")
            found = cors.headers(asked("origin", ""), method, names)
            if found:
                return Reply(200, found)
        raise S3Error(403, "AccessForbidden", "CORSResponse: This CORS request is not allowed.")

    # Buckets.

    def _list_buckets(self) -> Reply:
        names = "".join(
            f"<Bucket><Name>{name}</Name><CreationDate>{iso_date(bucket.created)}</CreationDate></Bucket>"
            for name, bucket in sorted(self.buckets.items())
        )
        return xml("ListAllMyBucketsResult", f"<Owner><ID>tiny</ID></Owner><Buckets>{names}</Buckets>")

    def _create_bucket(self, request: Request) -> Reply:
        if request.bucket in self.buckets:
            raise S3Error(409, "BucketAlreadyOwnedByYou", "You already own it.")
        self.buckets[request.bucket] = Bucket(self._now())
        return Reply(200, {"Location": f"/{request.bucket}"})

    def _delete_bucket(self, request: Request, bucket: Bucket) -> Reply:
        if bucket.objects:
            raise S3Error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty")
        del self.buckets[request.bucket]
        return Reply(204)

    def _location(self, request: Request, bucket: Bucket) -> Reply:
        return xml("LocationConstraint", "")

    def _setting(self, request: Request, bucket: Bucket) -> Reply:
        kind, settings = request.kind, bucket.settings
        if not self.policies and kind != "acl":
            raise S3Error(501, "NotImplemented", f"{kind} is not implemented")
        if request.method == "DELETE":
            settings.pop(kind, None)
            return Reply(204)
        if request.method == "PUT":
            body = self._verified(request)[0]
            try:
                if kind == "policy":
                    Policy(body)
                elif kind == "cors":
                    Cors(body)
                elif body:
                    ET.fromstring(body)
            except (MalformedError, ET.ParseError) as error:
                raise S3Error(400, "MalformedPolicy" if kind == "policy" else "MalformedXML", str(error)) from error
            settings[kind] = body
            return Reply(204 if kind == "policy" else 200)
        if settings.get(kind):
            content_type = "application/json" if kind == "policy" else "application/xml"
            return Reply(200, {"Content-Type": content_type}, settings[kind])
        if kind in MISSING_SETTING:
            raise S3Error(404, MISSING_SETTING[kind], f"The bucket has no {kind} configuration")
        if kind == "versioning":
            return xml("VersioningConfiguration", "")
        grantee = '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">'
        grant = f"<Grant>{grantee}<ID>tiny</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>"
        return xml("AccessControlPolicy", f"<Owner><ID>tiny</ID></Owner><AccessControlList>{grant}</AccessControlList>")

    # Objects.

    def _verified(self, request: Request) -> tuple[bytes, str]:
        """Return the body as it is meant and its MD5, refusing one that is not what its checksums say."""
        headers, body = request.headers, request.body
        sha256 = headers.get("x-amz-content-sha256", "")
        checks = headers
        if sha256.startswith("STREAMING-") or "aws-chunked" in headers.get("content-encoding", ""):
            try:
                found = dechunked(body)
            except ValueError:
                found = None
            if found is None:
                raise S3Error(400, "IncompleteBody", "The body ends before its last chunk")
            body, trailers, _ = found
            checks = headers | request.trailers | trailers
            if len(body) != int(headers.get("x-amz-decoded-content-length", len(body))):
                raise S3Error(400, "IncompleteBody", "The body has not x-amz-decoded-content-length bytes")
        elif len(sha256) == 64 and hashlib.sha256(body).hexdigest() != sha256:
            message = "The provided 'x-amz-content-sha256' header does not match what was computed."
            raise S3Error(400, "XAmzContentSHA256Mismatch", message)
        md5 = hashlib.md5(body)
        if "content-md5" in headers:
            try:
                wanted = base64.b64decode(headers["content-md5"], validate=True)
            except binascii.Error:
                wanted = b""
            if len(wanted) != 16:
                raise S3Error(400, "InvalidDigest", "The Content-MD5 you specified is not valid.")
            if wanted != md5.digest():
                raise S3Error(400, "BadDigest", "The Content-MD5 you specified did not match what we received.")
        for name, digest in CHECKSUMS.items():
            if name in checks and base64.b64encode(digest(body)).decode() != checks[name]:
                raise S3Error(400, "BadDigest", f"The {name} you specified did not match what we received.")
        return body, md5.hexdigest()

    def _condition(self, request: Request, bucket: Bucket) -> None:
        """Refuse a write whose condition does not hold, as far as this server knows conditions."""
        headers = request.headers
        if_match, if_none = headers.get("if-match"), headers.get("if-none-match")
        if (if_match is None and if_none is None) or self.conditions == "none":
            return
        if self.conditions == "refused" or (if_none is not None and if_none != "*"):
            raise S3Error(501, "NotImplemented", "A header you provided implies functionality that is not implemented")
        there = bucket.objects.get(request.key)
        if if_match is not None and there is None:
            raise S3Error(404, "NoSuchKey", "The specified key does not exist.")
        met = there is None if if_match is None else there is not None and if_match.strip('"') in (there.etag, "*")
        if not met:
            raise S3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")

    def _keep(self, request: Request, bucket: Bucket, stored: Stored) -> None:
        before = bucket.objects.get(request.key)
        self._room(len(stored.body) - (len(before.body) if before else 0))
        self.used_bytes += bucket.put(request.key, stored)
        self.written.append(f"{request.bucket}/{request.key}")

    def _room(self, more_bytes: int) -> None:
        if self.capacity_bytes is not None and self.used_bytes + more_bytes > self.capacity_bytes:
            raise S3Error(507, "QuotaExceeded", "The quota is used up")

    def _put(self, request: Request, bucket: Bucket) -> Reply:
        if "x-amz-copy-source" in request.headers:
            raise S3Error(501, "NotImplemented", "CopyObject is not implemented")
        self._condition(request, bucket)
        body, etag = self._verified(request)
        self._keep(request, bucket, Stored(body, etag, self._now(), kept_headers(request.headers)))
        return Reply(200, {"ETag": f'"{etag}"'})

    def _get(self, request: Request, bucket: Bucket) -> Reply:
        stored = bucket.objects.get(request.key)
        if stored is None:
            raise S3Error(404, "NoSuchKey", "The specified key does not exist.")
        asked, etag = request.headers.get, f'"{stored.etag}"'
        headers = {
            "ETag": etag,
            "Last-Modified": http_date(stored.modified),
            "Accept-Ranges": "bytes",
            **stored.headers,
        }
        if_match, if_none = asked("if-match"), asked("if-none-match")
        if if_match is not None and not names_etag(if_match, stored.etag):
            raise S3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
        if if_none is not None and names_etag(if_none, stored.etag):
            return Reply(304, headers)
        asked_range = asked("range")
        span = byte_range(asked_range, len(stored.body)) if asked_range else None
        if span is None:
            return Reply(200, headers, stored.body)
        start, stop = span
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(stored.body)}"
        return Reply(206, headers, stored.body[start:stop])

    def _delete(self, request: Request, bucket: Bucket) -> Reply:
        self._condition(request, bucket)
        self.used_bytes -= bucket.remove(request.key)
        return Reply(204)

    def _delete_objects(self, request: Request, bucket: Bucket) -> Reply:
        root = parsed_xml(self._verified(request)[0])
        objects = [element for element in root if local(element) == "Object"]
        if not objects or len(objects) > 1000:
            raise S3Error(400, "MalformedXML", "The XML you provided was not well-formed")
        quiet = any(local(element) == "Quiet" and element.text == "true" for element in root)
        done = []
        for element in objects:
            key = next(child.text or "" for child in element if local(child) == "Key")
            self.used_bytes -= bucket.remove(key)
            done.append(f"<Deleted><Key>{escape(key)}</Key></Deleted>")
        return xml("DeleteResult", "" if quiet else "".join(done))

    def _list(self, request: Request, bucket: Bucket) -> Reply:
        query = request.query
        if query.get("list-type") != "2":
            raise S3Error(501, "NotImplemented", "Only ListObjectsV2 is implemented")
        shown = quote if query.get("encoding-type") == "url" else escape
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        try:
            most = max(0, min(int(query.get("max-keys", "1000")), 1000))
            token = query.get("continuation-token", "")
            page = bucket.page(prefix, delimiter, token, query.get("start-after", ""), most)
        except ValueError:
            raise S3Error(400, "InvalidArgument", "An argument of the listing is wrong") from None
        objects = bucket.objects
        contents = "".join(
            f"<Contents><Key>{shown(key)}</Key><LastModified>{iso_date(stored.modified)}</LastModified>"
            f"<ETag>&quot;{stored.etag}&quot;</ETag><Size>{len(stored.body)}</Size>"
            "<StorageClass>STANDARD</StorageClass></Contents>"
            for key, stored in ((key, objects[key]) for key in page.keys)
        )
        folders = "".join(f"<CommonPrefixes><Prefix>{shown(name)}</Prefix></CommonPrefixes>" for name in page.folders)
        rest = f"<NextContinuationToken>{page.token}</NextContinuationToken>" if page.token else ""
        echoed = "".join(
            f"<{name}>{value}</{name}>"
            for name, value in (
                ("Delimiter", shown(delimiter)),
                ("EncodingType", escape(query.get("encoding-type", ""))),
                ("ContinuationToken", escape(token)),
                ("StartAfter", shown(query.get("start-after", ""))),
            )
            if value
        )
        return xml(
            "ListBucketResult",
            f"<Name>{request.bucket}</Name><Prefix>{shown(prefix)}</Prefix>{echoed}<MaxKeys>{most}</MaxKeys>"
            f"<KeyCount>{len(page.keys) + len(page.folders)}</KeyCount>"
            f"<IsTruncated>{'true' if page.token else 'false'}</IsTruncated>{rest}{contents}{folders}",
        )

    # Uploads in parts.

    def _found_upload(self, request: Request, bucket: Bucket) -> Upload:
        upload = bucket.uploads.get(request.query.get("uploadId", ""))
        if upload is None or upload.key != request.key:
            raise S3Error(404, "NoSuchUpload", "The specified multipart upload does not exist.")
        return upload

    def _upload(self, request: Request, bucket: Bucket) -> Reply:
        """Begin an upload, or complete one."""
        if "uploads" in request.query:
            upload = bucket.begin_upload(request.key, kept_headers(request.headers), self._now())
            place = f"<Bucket>{request.bucket}</Bucket><Key>{escape(request.key)}</Key>"
            return xml("InitiateMultipartUploadResult", f"{place}<UploadId>{upload.id}</UploadId>")
        upload = self._found_upload(request, bucket)
        self._condition(request, bucket)
        wanted = [
            {local(child): child.text or "" for child in element}
            for element in parsed_xml(self._verified(request)[0])
            if local(element) == "Part"
        ]
        numbers = [int(part.get("PartNumber", "0")) for part in wanted]
        if not numbers:
            raise S3Error(400, "MalformedXML", "The XML you provided was not well-formed")
        if any(a >= b for a, b in itertools.pairwise(numbers)):
            raise S3Error(400, "InvalidPartOrder", "The list of parts was not in ascending order.")
        for number, part in zip(numbers, wanted, strict=True):
            if number not in upload.parts or part.get("ETag", "").strip('"') != upload.parts[number][1]:
                raise S3Error(400, "InvalidPart", "One or more of the specified parts could not be found.")
        if any(len(upload.parts[number][0]) < self.min_part_bytes for number in numbers[:-1]):
            raise S3Error(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
        digests = b"".join(bytes.fromhex(upload.parts[number][1]) for number in numbers)
        etag = f"{hashlib.md5(digests).hexdigest()}-{len(numbers)}"
        body = b"".join(upload.parts[number][0] for number in numbers)
        self._drop(upload, bucket)
        self._keep(request, bucket, Stored(body, etag, self._now(), upload.headers))
        place = f"<Bucket>{request.bucket}</Bucket><Key>{escape(request.key)}</Key>"
        return xml("CompleteMultipartUploadResult", f"{place}<ETag>&quot;{etag}&quot;</ETag>")

    def _drop(self, upload: Upload, bucket: Bucket) -> None:
        self.used_bytes -= sum(len(body) for body, _ in upload.parts.values())
        del bucket.uploads[upload.id]

    def _abort(self, request: Request, bucket: Bucket) -> Reply:
        self._drop(self._found_upload(request, bucket), bucket)
        return Reply(204)

    def _put_part(self, request: Request, bucket: Bucket) -> Reply:
        upload = self._found_upload(request, bucket)
        number = request.query["partNumber"]
        if not number.isdecimal() or not 1 <= int(number) <= 10_000:
            raise S3Error(400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
        body, etag = self._verified(request)
        more_bytes = len(body) - len(upload.parts.get(int(number), (b"", ""))[0])
        self._room(more_bytes)
        self.used_bytes += more_bytes
        upload.parts[int(number)] = (body, etag)
        return Reply(200, {"ETag": f'"{etag}"'})

    def _list_uploads(self, request: Request, bucket: Bucket) -> Reply:
        query = request.query
        shown = quote if query.get("encoding-type") == "url" else escape
        most = min(int(query.get("max-uploads", "1000")), 1000)
        marker = (query.get("key-marker", ""), query.get("upload-id-marker", "\U0010ffff"))
        places = sorted(
            (upload.key, upload.id)
            for upload in bucket.uploads.values()
            if upload.key.startswith(query.get("prefix", "")) and (upload.key, upload.id) > marker
        )
        page = places[:most]
        listed = "".join(
            f"<Upload><Key>{shown(key)}</Key><UploadId>{upload_id}</UploadId>"
            f"<Initiated>{iso_date(bucket.uploads[upload_id].initiated)}</Initiated></Upload>"
            for key, upload_id in page
        )
        more = len(places) > len(page) > 0
        rest = (
            f"<NextKeyMarker>{shown(page[-1][0])}</NextKeyMarker><NextUploadIdMarker>{page[-1][1]}</NextUploadIdMarker>"
            if more
            else ""
        )
        encoding = f"<EncodingType>{escape(query['encoding-type'])}</EncodingType>" if "encoding-type" in query else ""
        return xml(
            "ListMultipartUploadsResult",
            f"<Bucket>{request.bucket}</Bucket>{encoding}<MaxUploads>{most}</MaxUploads>{rest}"
            f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>{listed}",
        )

    def _list_parts(self, request: Request, bucket: Bucket) -> Reply:
        upload = self._found_upload(request, bucket)
        most = min(int(request.query.get("max-parts", "1000")), 1000)
        marker = int(request.query.get("part-number-marker", "0"))
        parts = sorted((number, part) for number, part in upload.parts.items() if number > marker)
        listed = "".join(
            f"<Part><PartNumber>{number}</PartNumber><LastModified>{iso_date(upload.initiated)}</LastModified>"
            f"<ETag>&quot;{etag}&quot;</ETag><Size>{len(body)}</Size></Part>"
            for number, (body, etag) in parts[:most]
        )
        more = len(parts) > most > 0
        rest = f"<NextPartNumberMarker>{parts[most - 1][0]}</NextPartNumberMarker>" if more else ""
        return xml(
            "ListPartsResult",
            f"<Bucket>{request.bucket}</Bucket><Key>{escape(upload.key)}</Key><UploadId>{upload.id}</UploadId>"
            f"<MaxParts>{most}</MaxParts>{rest}<IsTruncated>{'true' if more else 'false'}</IsTruncated>{listed}",
        )


CHECKSUMS: dict[str, Callable[[bytes], bytes]] = {
    "x-amz-checksum-crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "x-amz-checksum-sha1": lambda body: hashlib.sha1(body).digest(),
    "x-amz-checksum-sha256": lambda body: hashlib.sha256(body).digest(),
}
"""Those that the standard library can compute; others are taken unseen."""


@lru_cache(maxsize=256)
def amz_time(stamp: str) -> int:
    """Return the seconds of an ``x-amz-date``."""
    return timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ"))


@lru_cache(maxsize=64)
def parsed_policy(text: bytes) -> Policy:
    """Return a policy that was taken before."""
    return Policy(text)


@lru_cache(maxsize=64)
def parsed_cors(text: bytes) -> Cors:
    """Return a CORS configuration that was taken before."""
    return Cors(text)


def parsed_xml(text: bytes) -> ET.Element:
    """Return the root of a request's XML."""
    try:
        return ET.fromstring(text)
    except ET.ParseError as error:
        raise S3Error(400, "MalformedXML", "The XML you provided was not well-formed") from error


def local(element: ET.Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def xml(name: str, inside: str) -> Reply:
    """Return a reply in XML."""
    return Reply(200, {"Content-Type": "application/xml"}, f"{XML}<{name} {NAMESPACE}>{inside}</{name}>".encode())


def kept_headers(headers: dict[str, str]) -> dict[str, str]:
    """Return the headers of a write that readers get back."""
    kept = {"Content-Type": "binary/octet-stream"}
    for name, value in headers.items():
        if name in KEPT_HEADERS:
            kept[KEPT_HEADERS[name]] = value
        elif name.startswith("x-amz-meta-"):
            kept[name] = value
    if "aws-chunked" in kept.get("Content-Encoding", ""):
        codings = [coding.strip() for coding in kept.pop("Content-Encoding").split(",")]
        codings.remove("aws-chunked")
        if codings:
            kept["Content-Encoding"] = ", ".join(codings)
    return kept


def names_etag(header: str, etag: str) -> bool:
    """Return whether a condition of a reader fits, with or without quotes."""
    return any(one.strip().removeprefix("W/").strip('"') in (etag, "*") for one in header.split(","))


def byte_range(asked: str, size: int) -> tuple[int, int] | None:
    """Return where a range begins and ends; None where it says nothing that is understood."""
    unit, _, span = asked.partition("=")
    first, dash, last = span.strip().partition("-")
    if unit != "bytes" or not dash or not (first + last).isdecimal():
        return None
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
    if start >= stop:
        if first and last and int(last) < int(first):
            return None
        headers = {"Content-Range": f"bytes */{size}"}
        raise S3Error(416, "InvalidRange", "The requested range is not satisfiable", headers)
    return start, stop


async def serve(server: TinyS3) -> None:
    """Serve until SIGTERM, SIGINT or, where somebody holds its other end, until standard input closes."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, done.set)
    mode = os.fstat(0).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        loop.add_reader(0, lambda: None if os.read(0, 4096) else (loop.remove_reader(0), done.set()))
    listening = await server.listen()
    server.port = listening.sockets[0].getsockname()[1]
    print(server.endpoint, flush=True)
    await done.wait()
    listening.close()
    await server.hang_up()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay-ms", type=float, default=0.0, help="one way")
    parser.add_argument("--handshakes", action="store_true", help="new connections wait for a round trip too")
    parser.add_argument("--bucket", action="append", default=[], help="there from the beginning")
    parser.add_argument("--conditions", choices=("full", "none", "refused"), default="full")
    parser.add_argument("--no-policies", action="store_true")
    parser.add_argument("--capacity-bytes", type=int)
    parser.add_argument("--fault-share", type=float, default=0.0)
    parser.add_argument("--fault-kinds", default=",".join(Kind), help="with commas between them")
    parser.add_argument("--fault-seed", type=int, default=0)
    asked = parser.parse_args()
    server = TinyS3(
        asked.bucket,
        host=asked.host,
        port=asked.port,
        conditions=asked.conditions,
        policies=not asked.no_policies,
        capacity_bytes=asked.capacity_bytes,
        delay_s=asked.delay_ms / 1000,
        handshakes=asked.handshakes,
    )
    if asked.fault_share:
        server.fault = Faults(asked.fault_seed, asked.fault_share, asked.fault_kinds.split(","))
    asyncio.run(serve(server))


if __name__ == "__main__":
    main()
