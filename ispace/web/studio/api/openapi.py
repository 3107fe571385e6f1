"""The OpenAPI 3.1 document of the API, made from its operations and models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

import ispace
from ispace.web.studio import failures
from ispace.web.studio.api import models
from ispace.web.studio.api.operation import Operation

PREFIX = "/api/v1"
_REF = "#/components/schemas/{model}"


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """Return the whole document."""
    taken = [(m, "validation") for op in operations for m in (op.body,) if m is not None]
    given = [(m, "serialization") for op in operations for m in (op.result,) if m is not None]
    wanted = list(dict.fromkeys([*taken, *given, (models.Problem, "serialization")]))
    names, schemas = models_json_schema(wanted, ref_template=_REF)  # type: ignore[arg-type]
    refs = {key: value["$ref"] for key, value in names.items()}
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, refs)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "iSpace",
            "version": ispace.__version__,
            "description": "The studio's tours, people, jobs. Errors are problem documents (RFC 9457).",
        },
        "servers": [{"url": PREFIX}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation, refs: dict[Any, str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.path.split("/")[1]],
        "parameters": [_part(name) for name in re.findall(r"\{(\w+)\}", operation.path)],
        "responses": _responses(operation, refs),
        "security": [] if operation.is_open else [{"token": [operation.scope] if operation.scope else []}],
    }
    if operation.query is not None:
        told["parameters"] += _query(operation.query)
    if operation.body is not None:
        schema = {"$ref": refs[operation.body, "validation"]}
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return told


def _part(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 80}}


def _query(model: type[BaseModel]) -> list[dict[str, Any]]:
    found = []
    for name, schema in model.model_json_schema(ref_template=_REF)["properties"].items():
        # What is left out is null; in an address there is no null to write.
        kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
        if schema.get("default", "") is None:
            schema.pop("default")
        found.append({"name": name, "in": "query", "schema": {**schema, **(kinds[0] if kinds else {})}})
    return found


def _responses(operation: Operation, refs: dict[Any, str]) -> dict[str, Any]:
    codes: dict[int, set[str]] = {400: {"YEU-CAU"}, 503: {"CSDL-LOI"}}
    if not operation.is_open:
        codes[401] = {"CAN-DANG-NHAP"}
        codes[403] = {"KHONG-CO-QUYEN"}
    if operation.query is not None or operation.body is not None:
        codes[422] = {"YEU-CAU-SAI"}
    if operation.body is not None:
        codes |= {408: {"YEU-CAU-CHAM"}, 413: {"YEU-CAU-LON"}, 415: {"YEU-CAU-LOAI"}}
    for error in operation.errors:
        codes.setdefault(failures.status_of(error), set()).add(error.code)
    problem = {"application/problem+json": {"schema": {"$ref": refs[models.Problem, "serialization"]}}}
    responses: dict[str, Any] = {
        str(status): {"description": ", ".join(sorted(found)), "content": problem}
        for status, found in sorted(codes.items())
    }
    done: dict[str, Any] = {"description": operation.summary}
    if operation.result is not None:
        schema = {"$ref": refs[operation.result, "serialization"]}
        done["content"] = {"application/json": {"schema": schema}}
    return {str(operation.status): done} | responses
