"""Keys of records are built and parsed."""

import pytest

from vitrine.adapters import table_keys
from vitrine.adapters.table_keys import RecordKey


@pytest.mark.parametrize("product", ["p", "a#b", "#", "lámp #1 東"])
def test_a_gallerys_keys_lead_back_to_its_image(product: str) -> None:
    keys = table_keys.gallery("s-1", product), table_keys.sort_key(42)

    assert table_keys.parse(*keys) == RecordKey("s-1", 42, product)


def test_keys_of_images_of_no_gallery_lead_back_too() -> None:
    sk = table_keys.sort_key(2**31)

    assert table_keys.parse(table_keys.retired("s1"), sk) == RecordKey("s1", 2**31, "")
    assert table_keys.parse(table_keys.library("s1"), sk) == RecordKey("s1", 2**31, "")


@pytest.mark.parametrize(
    ("pk", "sk"), [("GALLERY#s1#p", "HEAD"), ("IMPORT#s1", "FILE#IMAGE#1"), ("OTHER#1", "IMAGE#1")]
)
def test_keys_of_other_records_are_no_images(pk: str, sk: str) -> None:
    assert table_keys.parse(pk, sk) is None
