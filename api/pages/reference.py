"""The REST reference, made from the OpenAPI document: readable offline, without a script."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import Db, Reader
from api.pages import rendering
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False)


@router.get("/tra-cuu-rest")
def reference(request: Request, session: Db, caller: Reader) -> Response:
    """Every operation by its tag, with what it takes and what it answers."""
    caller.require(session, Deed.FLAG)
    document = request.app.openapi()
    tags: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            entry = {"path": path, "method": method.upper(), **operation}
            entry["takes"] = _shape(operation.get("requestBody", {}))
            entry["answers"] = [
                _shape(a) for status, a in operation["responses"].items() if status.startswith("2")
            ]
            tags.setdefault(operation["tags"][0], []).append(entry)
    return rendering.for_caller(
        request, "reference.html", caller, tags=tags, schemas=document["components"]["schemas"]
    )


def _shape(holder: dict[str, Any]) -> str:
    """The name of the schema a body has, or nothing."""
    for content in holder.get("content", {}).values():
        schema = content.get("schema", {})
        return str(schema.get("$ref", "")).rpartition("/")[2] or str(schema.get("title", ""))
    return ""
