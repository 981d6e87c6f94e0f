"""Take-downs that a local stack has begun and not carried out.

On AWS, the table's stream keeps the record of a take-down until a function has read it. The
emulator forgets its records when it ends, so that the take-down would stay as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vitrine.adapters.table_keys import take_down_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vitrine_cli.operations.lambda_invoker import Failed, Invoke
    from vitrine_cli.operations.records import StackRecords


@dataclass(frozen=True, slots=True)
class InterruptedTakeDown:
    """A take-down that was not carried out.

    Attributes:
        pk: its partition key.
        sk: its sort key.
    """

    pk: str
    sk: str

    @property
    def event(self) -> Mapping[str, Any]:
        """Its stream record as the event of a function, with the fields that the function reads."""
        keys = {"pk": {"S": self.pk}, "sk": {"S": self.sk}}
        return {"Records": [{"eventName": "INSERT", "dynamodb": {"Keys": keys}}]}


def interrupted_take_downs(stored: StackRecords) -> list[InterruptedTakeDown]:
    """All take-downs that were not carried out, except in shops being deleted."""
    shops = (shop for shop in stored.shops.listed_shops() if not stored.shops.is_closing(shop))
    return [each for shop in shops for each in _interrupted_in(stored, shop)]


def _interrupted_in(stored: StackRecords, shop: str) -> Iterator[InterruptedTakeDown]:
    for item in stored.table.query(*take_down_key(shop, "")):
        if "done" not in item:
            yield InterruptedTakeDown(item["pk"], item["sk"])


def carry_out(take_downs: list[InterruptedTakeDown], invoke: Invoke, function: str) -> list[Failed]:
    """Give take-downs to their function, one after the other. Idempotent.

    Args:
        take_downs: the take-downs.
        invoke: invokes functions.
        function: name of the function that carries out take-downs.

    Returns:
        Why it failed, for each take-down that is left.
    """
    results = [invoke(function, each.event) for each in take_downs]
    return [each for each in results if each is not None]
