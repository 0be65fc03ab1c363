"""Between a page's form and the request a deed asks for."""

from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from api.dependencies import values_of
from incidents.response.work import forms as step_forms

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
