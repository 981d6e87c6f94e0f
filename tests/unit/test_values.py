"""Values of DynamoDB, spelled as boto3 spells them."""

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from vitrine.aws.values import deserialize, serialize

NUMBERS = st.integers(-(10**37), 10**37)
LEAVES = st.none() | st.booleans() | NUMBERS | NUMBERS.map(Decimal) | st.text()
VALUES = st.recursive(
    LEAVES, lambda each: st.lists(each) | st.dictionaries(st.text(), each), max_leaves=20
)


@given(VALUES)
def test_values_are_spelled_as_boto3_spells_them(value: Any) -> None:
    attribute = serialize(value)

    assert attribute == TypeSerializer().serialize(value)
    assert deserialize(attribute) == TypeDeserializer().deserialize(attribute) == value


@pytest.mark.parametrize("value", [1.5, b"bytes", bytearray(b"bytes"), object(), {1}, [0.1]])
def test_other_values_are_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        serialize(value)


def test_attributes_that_vitrine_does_not_store_are_refused() -> None:
    with pytest.raises(TypeError):
        deserialize({"SS": ["a"]})
