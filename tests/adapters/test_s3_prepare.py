"""Preparing buckets: on a server of a few lines that can refuse anything, and on a real Swift."""

from __future__ import annotations

import json
import uuid
from typing import Any

import botocore.exceptions
import pytest

from ispace import anonymous, language
from ispace.adapters.s3 import S3Blobs, prepare, rules
from ispace.adapters.s3.bucket import Bucket
from ispace.errors import StoreCredentialsError

THEIRS = {
    "Sid": "Theirs",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::tours", "arn:aws:s3:::tours/*"],
}


class Server:
    """A bucket as boto3's client shows it. ``refused`` holds an error's code by operation."""

    def __init__(self, **refused: str) -> None:
        self.refused = refused
        self.swift = False
        self.is_there = True
        self.policy: dict[str, Any] | None = None
        self.cors: list[dict[str, Any]] | None = None
        self.rules: list[dict[str, Any]] | None = None
        self.grants: list[dict[str, Any]] = []
        self.versioning: dict[str, Any] = {}
        self.objects: dict[str, bytes] = {}
        self.written: list[str] = []

    def __getattr__(self, operation: str) -> Any:
        def call(**asked: Any) -> Any:
            if code := self.refused.get(operation):
                raise self._error(code, operation)
            if operation.startswith(("put_bucket", "create")):
                self.written.append(operation)
            return getattr(self, f"_{operation}")(**asked)

        if operation.startswith("__"):
            raise AttributeError(operation)
        return call

    def _error(self, code: str, operation: str = "") -> botocore.exceptions.ClientError:
        headers = {"x-openstack-request-id": "1"} if self.swift else {}
        answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": headers}}
        return botocore.exceptions.ClientError(answer, operation)

    def _list_objects_v2(self, **_: Any) -> Any:
        if not self.is_there:
            raise self._error("NoSuchBucket")
        return {}

    def _create_bucket(self, **asked: Any) -> Any:
        self.is_there = True
        return {}

    def _get_bucket_policy(self, **_: Any) -> Any:
        if self.policy is None:
            raise self._error("NoSuchBucketPolicy")
        return {"Policy": json.dumps(self.policy)}

    def _put_bucket_policy(self, **asked: Any) -> None:
        self.policy = json.loads(asked["Policy"])

    def _get_bucket_cors(self, **_: Any) -> Any:
        if self.cors is None:
            raise self._error("NoSuchCORSConfiguration")
        return {"CORSRules": self.cors}

    def _put_bucket_cors(self, **asked: Any) -> None:
        self.cors = asked["CORSConfiguration"]["CORSRules"]

    def _get_bucket_lifecycle_configuration(self, **_: Any) -> Any:
        if self.rules is None:
            raise self._error("NoSuchLifecycleConfiguration")
        return {"Rules": self.rules}

    def _put_bucket_lifecycle_configuration(self, **asked: Any) -> None:
        self.rules = asked["LifecycleConfiguration"]["Rules"]

    def _get_bucket_versioning(self, **_: Any) -> Any:
        return self.versioning

    def _get_bucket_acl(self, **_: Any) -> Any:
        return {"Grants": self.grants}

    def _put_object(self, **asked: Any) -> Any:
        self.objects[asked["Key"]] = asked["Body"]
        return {"ETag": '"-"'}

    def _delete_objects(self, **asked: Any) -> Any:
        for item in asked["Delete"]["Objects"]:
            self.objects.pop(item["Key"], None)
        return {}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()

    def look(url: str, **_: Any) -> anonymous.Answer:
        return anonymous.Answer(403, {}, b"")

    monkeypatch.setattr(prepare.anonymous, "look", look)
    return server


def a_store(server: Server, prefix: str = "an-giang") -> S3Blobs:
    store = S3Blobs(Bucket("tours", prefix, endpoint="http://127.0.0.1:9", attempts=1))
    store._made = server
    return store


def prepared(server: Server, *, public: bool = True, together: bool = False) -> dict[str, Any]:
    found = list(prepare.run(a_store(server), public=public, addresses=["http://127.0.0.1:9/"], together=together))
    for step in found:  # every step has a sentence, with all of its parameters
        for lang in language.available():
            said = language.say("prepare", step.code, lang, **step.params)
            assert said != step.code
            assert "{" not in said
    return {step.name: step for step in found}


def outcomes(steps: dict[str, Any]) -> dict[str, str]:
    return {name: step.outcome for name, step in steps.items()}


def anybody_reads(monkeypatch: pytest.MonkeyPatch, server: Server, **headers: str) -> None:
    def look(url: str, **_: Any) -> anonymous.Answer:
        return anonymous.Answer(200, headers, list(server.objects.values())[-1])

    monkeypatch.setattr(prepare.anonymous, "look", look)


# What a configuration should hold


def test_single_objects_below_the_prefix_are_opened_and_no_listing() -> None:
    statement = rules.reading(Bucket("tours", "an-giang"))
    assert statement["Action"] == ["s3:GetObject"]
    assert statement["Resource"] == ["arn:aws:s3:::tours/an-giang/*"]
    assert statement["Sid"].isalnum()


def test_statements_of_others_stay_and_ours_is_replaced() -> None:
    bucket = Bucket("tours", "an-giang")
    old = rules.reading(bucket) | {"Action": ["s3:GetObject", "s3:ListBucket"]}
    policy = {"Version": "2008-10-17", "Id": "x", "Statement": [old, THEIRS]}
    assert not rules.is_read(policy, bucket)
    merged = rules.with_reading(policy, bucket)
    assert merged == {"Version": "2008-10-17", "Id": "x", "Statement": [THEIRS, rules.reading(bucket)]}
    assert rules.is_read(merged, bucket)


def test_stores_in_one_bucket_have_statements_of_their_own() -> None:
    one, other = Bucket("tours", "a"), Bucket("tours", "b")
    both = rules.with_reading(rules.with_reading({}, one), other)
    assert len(both["Statement"]) == 2
    assert rules.is_read(both, one)
    assert rules.is_read(both, other)


def test_a_policy_that_means_the_same_in_other_words_is_left_alone() -> None:
    bucket = Bucket("tours", "an-giang")
    ours = rules.reading(bucket)
    short = ours | {"Principal": "*", "Action": "s3:GetObject", "Resource": ours["Resource"][0]}
    assert rules.is_read({"Statement": short}, bucket)
    whole = {"Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": "arn:aws:s3:::tours/*"}
    assert rules.is_read({"Statement": [whole]}, bucket)
    assert not rules.is_read({"Statement": [whole | {"Condition": {"Bool": {"x": "true"}}}]}, bucket)


@pytest.mark.parametrize(
    ("change", "is_open"),
    [
        ({}, True),
        ({"Principal": {"AWS": ["*"]}}, True),
        ({"Principal": {"AWS": "arn:aws:iam::1:user/x"}}, False),
        ({"Effect": "Deny"}, False),
        ({"Action": "*"}, True),
        ({"Action": ["s3:ListBucket"]}, False),
        ({"Action": None, "NotAction": "s3:Delete*"}, True),
        ({"Action": None, "NotAction": "s3:Get*"}, False),
        ({"Resource": "arn:aws:s3:::tours/private/originals/*"}, True),
        ({"Resource": "arn:aws:s3:::tours/priv*"}, True),
        ({"Resource": "arn:aws:s3:::tours/*.jpg"}, True),
        ({"Resource": "arn:aws:s3:::tours/private/one"}, True),
        ({"Resource": "arn:aws:s3:::tours/public/*"}, False),
        ({"Resource": "arn:aws:s3:::tours/private-not/*"}, False),
        ({"Resource": "arn:aws:s3:::tours"}, False),
        ({"Resource": None, "NotResource": "arn:aws:s3:::tours/public/*"}, True),
        ({"Resource": None, "NotResource": "arn:aws:s3:::tours/private/*"}, False),
        ({"Principal": None, "NotPrincipal": {"AWS": "x"}}, True),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, False),
    ],
)
def test_a_policy_that_opens_a_private_store_is_recognised(change: dict[str, Any], is_open: bool) -> None:
    base = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::tours/*"}
    statement = {name: value for name, value in (base | change).items() if value is not None}
    assert rules.opens({"Statement": [statement]}, Bucket("tours", "private")) is is_open


# Steps


def test_an_empty_server_is_prepared_and_then_left_alone(server: Server) -> None:
    server.is_there = False
    first = prepared(server)
    assert outcomes(first) == {
        "bucket": "done",
        "public-read": "done",
        "cors": "done",
        "versioning": "already",
        "uploads": "done",
    }
    server.written.clear()
    assert set(outcomes(prepared(server)).values()) == {"already"}
    assert server.written == []
    assert server.objects == {}  # probes are gone


def test_what_others_have_set_stays(server: Server) -> None:
    theirs = {"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://example.org"]}
    ends = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 1}}
    server.policy, server.cors, server.rules = {"Version": "2012-10-17", "Statement": [THEIRS]}, [theirs], [ends]
    prepared(server)
    assert server.policy is not None
    assert server.policy["Statement"][0] == THEIRS
    assert server.cors is not None
    assert server.cors[0] == theirs
    assert server.rules is not None
    assert server.rules[0] == ends
    assert (len(server.policy["Statement"]), len(server.cors), len(server.rules)) == (2, 2, 2)


@pytest.mark.parametrize("code", ["AccessDenied", "NotImplemented", "MethodNotAllowed"])
def test_what_is_refused_is_handed_over(server: Server, code: str) -> None:
    server.policy = {"Statement": [THEIRS]}
    server.refused = dict.fromkeys(["put_bucket_policy", "put_bucket_cors", "put_bucket_lifecycle_configuration"], code)
    steps = prepared(server)
    assert outcomes(steps) | {"versioning": ""} == {
        "bucket": "already",
        "public-read": "cannot",
        "cors": "cannot",
        "versioning": "",
        "uploads": "advice",
    }
    policy = json.loads(steps["public-read"].hand_over)
    assert policy["Statement"] == [THEIRS, rules.reading(Bucket("tours", "an-giang"))]
    assert json.loads(steps["cors"].hand_over) == {"CORSRules": [rules.cors()]}
    assert steps["cors"].params["reason"] == code


def test_a_configuration_that_cannot_be_read_is_never_replaced(server: Server) -> None:
    server.refused = dict.fromkeys(
        ["get_bucket_policy", "get_bucket_cors", "get_bucket_lifecycle_configuration"], "AccessDenied"
    )
    assert outcomes(prepared(server))["public-read"] == "cannot"
    assert server.written == []


def test_what_works_already_needs_nobody_though_the_server_tells_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.swift = True
    server.refused = {"get_bucket_policy": "NotImplemented", "get_bucket_cors": "NotImplemented"}
    anybody_reads(monkeypatch, server, **{"access-control-allow-origin": "*"})
    steps = prepared(server)
    assert (steps["public-read"].code, steps["cors"].code) == ("public-read-seen", "cors-seen")


def test_swift_has_commands_of_its_own(server: Server) -> None:
    server.swift = True
    server.refused = {"get_bucket_policy": "NotImplemented", "get_bucket_cors": "NotImplemented"}
    steps = prepared(server)
    assert steps["public-read"].hand_over == "swift post -r '.r:*' tours"
    assert "X-Container-Meta-Access-Control-Allow-Origin: *" in steps["cors"].hand_over


def test_no_bucket_is_opened_as_a_whole_that_holds_originals(server: Server) -> None:
    server.swift = True
    server.refused = {"get_bucket_policy": "NotImplemented"}
    step = prepared(server, together=True)["public-read"]
    assert (step.outcome, step.hand_over) == ("cannot", "")


def test_a_prefix_that_a_policy_would_take_for_a_pattern_is_not_opened(server: Server) -> None:
    steps = list(prepare.run(a_store(server, "a*b"), public=True, addresses=["http://127.0.0.1:9/"]))
    assert steps[1].code == "public-read-wildcard"
    assert "put_bucket_policy" not in server.written


def test_a_bucket_that_cannot_be_created_ends_the_preparation(server: Server) -> None:
    server.is_there, server.refused = False, {"create_bucket": "AccessDenied"}
    assert outcomes(prepared(server)) == {"bucket": "cannot"}


def test_credentials_that_are_refused_are_an_error(server: Server) -> None:
    server.refused = {"list_objects_v2": "InvalidAccessKeyId"}
    with pytest.raises(StoreCredentialsError):
        prepared(server)


def test_a_closed_private_store_is_fine(server: Server) -> None:
    steps = prepared(server, public=False)
    assert outcomes(steps) == {
        "bucket": "already",
        "private-closed": "already",
        "versioning": "advice",
        "uploads": "done",
    }
    assert "put_bucket_policy" not in server.written
    assert server.objects == {}


def test_an_open_private_store_is_told(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.policy = {"Statement": [rules.reading(Bucket("tours", ""))]}
    assert prepared(server, public=False)["private-closed"].code == "private-closed-policy"
    server.policy = None
    server.grants = [{"Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}]
    assert prepared(server, public=False)["private-closed"].code == "private-closed-acl"
    server.grants = []
    anybody_reads(monkeypatch, server)
    assert prepared(server, public=False)["private-closed"].code == "private-closed-open"


def test_versions_are_for_private_stores(server: Server) -> None:
    server.versioning = {"Status": "Enabled"}
    assert prepared(server, public=False)["versioning"].outcome == "already"
    step = prepared(server)["versioning"]
    assert step.outcome == "advice"
    server.rules = json.loads(step.hand_over)["Rules"]
    assert prepared(server)["versioning"].code == "versioning-public-ends"


# On a real Swift


@pytest.fixture
def on_swift(swift: Any, monkeypatch: pytest.MonkeyPatch) -> S3Blobs:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", swift.key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", swift.secret)
    return S3Blobs(Bucket(f"prep-{uuid.uuid4().hex[:12]}", "an-giang", endpoint=swift.endpoint, region=swift.region))


def swift_address(store: S3Blobs) -> str:
    """Where Swift itself shows a bucket, which its S3 side does not."""
    account = "AUTH_" + store.client._request_signer._credentials.access_key.split(":")[0]
    return f"{store.bucket.endpoint}/v1/{account}/{store.bucket.name}/{store.bucket.below}"


def test_swift_gets_a_bucket_and_the_administrator_the_commands(on_swift: S3Blobs) -> None:
    first = {s.name: s for s in prepare.run(on_swift, public=True, addresses=[on_swift.bucket.address])}
    assert outcomes(first) == {
        "bucket": "done",
        "public-read": "cannot",
        "cors": "cannot",
        "versioning": "already",
        "uploads": "advice",
    }
    assert first["public-read"].code == "public-read-swift"
    again = {s.name: s for s in prepare.run(on_swift, public=True, addresses=[on_swift.bucket.address])}
    assert outcomes(again) == outcomes(first) | {"bucket": "already"}
    assert list(on_swift.scan()) == []


def test_a_container_that_was_opened_on_swift_is_seen_to_be_open(on_swift: S3Blobs) -> None:
    on_swift.client.create_bucket(Bucket=on_swift.bucket.name)
    ways = [on_swift.bucket.address, swift_address(on_swift)]
    steps = {s.name: s for s in prepare.run(on_swift, public=False, addresses=ways)}
    assert steps["private-closed"].code == "private-closed"
    on_swift.client.put_bucket_acl(Bucket=on_swift.bucket.name, ACL="public-read")
    steps = {s.name: s for s in prepare.run(on_swift, public=True, addresses=ways)}
    assert steps["public-read"].code == "public-read-seen"
    steps = {s.name: s for s in prepare.run(on_swift, public=False, addresses=ways)}
    assert steps["private-closed"].code == "private-closed-open"
    assert list(on_swift.scan()) == []
