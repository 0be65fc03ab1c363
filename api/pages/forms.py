"""Between a page's form and the request a deed asks for."""

from collections.abc import Callable
from functools import partial
from inspect import Parameter, Signature, signature
from typing import Any, TypeVar, get_origin

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from api.dependencies import values_of
from incidents.response.steps import forms as step_forms

Shape = TypeVar("Shape", bound=BaseModel)


def filled(shape: type[Shape], form: FormData) -> Shape:
    """The form as a request; ``Invalid`` names each field. ``a.b`` is the entry ``b`` of ``a``."""
    values: dict[str, Any] = {}
    for name, value in values_of(form).items():
        outer, _, inner = name.partition(".")
        known = shape.model_fields.get(outer)
        if inner:
            values.setdefault(outer, {})[inner] = value
        elif known is not None and get_origin(known.annotation) is list:
            values[name] = form.getlist(name)
        else:
            values[name] = value
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        raise step_forms.invalid(error) from None


def again(shown: Callable[..., Response], *optional: str, **fixed: Any) -> Any:
    """The page a refused form is shown on, as a dependency of the form's route.

    What ``shown`` needs by name is read from the route's address, ``optional`` names as well.
    """
    parts = [
        Parameter(each.name, Parameter.KEYWORD_ONLY, annotation=each.annotation)
        for each in signature(shown).parameters.values()
        if each.kind is Parameter.KEYWORD_ONLY
        and each.name not in fixed
        and (each.default is Parameter.empty or each.name in optional)
    ]

    def remember(request: Request, **address: Any) -> None:
        request.state.again = partial(shown, **address, **fixed)

    asked = Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    vars(remember)["__signature__"] = Signature([asked, *parts])
    return Depends(remember)
