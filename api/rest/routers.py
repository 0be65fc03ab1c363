"""Where the parts of the REST interface begin: each router knows its whole path.

FastAPI matches an included router twice a level; routes that know their paths are put side by
side and looked through once.
"""

from fastapi import APIRouter

from api.rest.repeats import DeedRoute, Once

VERSION = "/api/v1"


def under(path: str, *tags: str) -> APIRouter:
    """Routes below a path of the interface, ``""`` for its root."""
    return APIRouter(prefix=VERSION + path, tags=list(tags))


def deeds_under(path: str, *tags: str) -> APIRouter:
    """The same, where a POST may be repeated with its Idempotency-Key."""
    return APIRouter(
        prefix=VERSION + path, tags=list(tags), route_class=DeedRoute, dependencies=[Once]
    )
