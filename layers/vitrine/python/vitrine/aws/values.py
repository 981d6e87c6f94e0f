"""Plain values as DynamoDB spells them, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


def serialize(value: Any) -> dict[str, Any]:
    """A value with its type: `{"S": "text"}`, `{"N": "1"}`, `{"L": […]}` and so on.

    Raises:
        TypeError: DynamoDB has nothing for it; a float among them, whose digits it would change.
    """
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | Decimal():
            return {"N": str(value)}
        case Mapping():
            return {"M": {name: serialize(each) for name, each in value.items()}}
        case Sequence() if not isinstance(value, (bytes, bytearray)):
            return {"L": [serialize(each) for each in value]}
    raise TypeError(f"DynamoDB has no type for {type(value).__name__}")


def deserialize(attribute: Mapping[str, Any]) -> Any:
    """The value of an attribute.

    Raises:
        TypeError: it is of a type that Vitrine does not store.
    """
    ((kind, value),) = attribute.items()
    match kind:
        case "S" | "BOOL":
            return value
        case "N":
            return Decimal(value)
        case "NULL":
            return None
        case "M":
            return {name: deserialize(each) for name, each in value.items()}
        case "L":
            return [deserialize(each) for each in value]
    raise TypeError(f"an attribute of type {kind}")
