"""Take-downs of a local stack whose records of the stream were lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.adapters.test_take_downs import BEGUN, DONE

from pipeline.events import parse_take_downs
from vitrine.adapters.take_downs import DynamoTakeDowns
from vitrine.domain.shops import Shop
from vitrine_cli.operations.interrupted_take_downs import carry_out, interrupted_take_downs
from vitrine_cli.operations.lambda_invoker import Failed, Invoke
from vitrine_cli.operations.records import StackRecords


@dataclass
class TakeDownFunction(Invoke):
    """Carries out take-downs, but for those that fail."""

    take_downs: DynamoTakeDowns
    failing: set[str] = field(default_factory=set)

    def __call__(self, function: str, event: Mapping[str, Any], /) -> Failed | None:
        assert function == "TakeDown:live"
        for shop, number in parse_take_downs(event):
            if number in self.failing:
                return Failed("ThrottledError", "too many")
            self.take_downs.finish(replace(DONE, id=number, shop=shop))
        return None


def test_take_downs_that_were_not_carried_out_are_given_to_their_function(
    stack: StackRecords,
) -> None:
    take_downs = DynamoTakeDowns(stack.table)
    for shop in ("s1", "s2", "closing"):
        stack.shops.create_shop(Shop(shop))
    begun = [("s1", "a"), ("s1", "b"), ("s1", "done"), ("s2", "a"), ("closing", "c")]
    for shop, number in begun:
        take_downs.begin(replace(BEGUN, id=number, shop=shop))
    take_downs.finish(replace(DONE, id="done"))
    stack.shops.close_shop("closing")
    function = TakeDownFunction(take_downs, failing={"b"})

    found = interrupted_take_downs(stack)
    assert len(found) == 3
    assert carry_out(found, function, "TakeDown:live") == [Failed("ThrottledError", "too many")]

    def is_done(shop: str, number: str) -> bool:
        found = take_downs.take_down(shop, number)
        return found is not None and found.done_at is not None

    assert [is_done(*each) for each in begun] == [True, False, True, True, False]
    function.failing = set()
    assert carry_out(interrupted_take_downs(stack), function, "TakeDown:live") == []
    assert interrupted_take_downs(stack) == []
