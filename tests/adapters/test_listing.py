"""The sparse index of products that have images, in memory and in DynamoDB."""

from dataclasses import replace

from tests.adapters.conftest import Account, Adapters, on_aws
from tests.adapters.test_galleries import add, image

from vitrine.domain.gallery_change import GalleryChange

PRODUCTS = ("1", "10", "9")


def listed(adapters: Adapters, shop: str = "s1", prefix: str = "") -> list[str]:
    """All products that the index lists, read in pages of two."""
    found: list[str] = []
    more = True
    while more:
        page = adapters.galleries.products(shop, prefix, found[-1] if found else "", 2)
        assert len(page.products) <= 2
        found += page.products
        more = page.more
    return found


def test_a_product_is_listed_from_its_first_image_to_its_last(adapters: Adapters) -> None:
    first, second = image(1, product="p"), image(2, product="p")
    assert listed(adapters) == []

    head = add(adapters, first, second)
    assert listed(adapters) == ["p"]

    moved = adapters.galleries.commit(GalleryChange("s1", "p", head, head.move(2, 1)))
    left = adapters.galleries.commit(
        GalleryChange("s1", "p", moved, moved.remove(1), removed=(first,))
    )
    assert listed(adapters) == ["p"]

    gone = adapters.galleries.commit(
        GalleryChange("s1", "p", left, left.retire(2), retired=(second,))
    )
    assert listed(adapters) == []

    third = image(3, product="p")
    adapters.galleries.commit(GalleryChange("s1", "p", gone, gone.append(3), added=(third,)))
    assert listed(adapters) == ["p"]


def test_a_bulk_removal_ends_the_listing(adapters: Adapters) -> None:
    images = [image(number, product="p") for number in range(1, 4)]
    head = add(adapters, *images)
    change = GalleryChange("s1", "p", head, head.remove(1, 2, 3), removed=tuple(images))

    adapters.galleries.commit(change)

    assert listed(adapters) == []


def test_products_come_in_order_of_text_and_by_their_beginning(adapters: Adapters) -> None:
    names = ["9", "10", "7", "71", "702", "é 東", "a#b"]
    for number, product in enumerate(names, 1):
        add(adapters, image(number, product=product))
    add(adapters, image(1, shop="s12", product="7x"), image(1, shop="s", product="7y"))

    assert listed(adapters) == sorted(names, key=str.encode)
    assert listed(adapters, prefix="7") == ["7", "702", "71"]
    assert listed(adapters, prefix="8") == []
    assert listed(adapters, "s12") == ["7x"]


def test_heads_and_covers_are_read_for_many_products(adapters: Adapters) -> None:
    heads = {
        product: add(adapters, image(number, product=product), image(number + 10, product=product))
        for number, product in enumerate(PRODUCTS, 1)
    }

    assert adapters.galleries.heads_of("s1", [*PRODUCTS, "none"]) == heads
    assert adapters.galleries.covers("s1", {"1": 11, "10": 2, "9": 99}) == {
        "1": image(11, product="1"),
        "10": image(2, product="10"),
    }


def test_a_head_that_was_written_before_the_index_enters_it_with_the_next_change(
    aws: Account,
) -> None:
    adapters = on_aws(aws)
    head = add(adapters, image(1, product="p"))
    aws.resource("dynamodb").Table("table").update_item(
        Key={"pk": "GALLERY#s1#p", "sk": "HEAD"},
        UpdateExpression="REMOVE listed, product",
    )
    assert listed(adapters) == []
    assert adapters.galleries.gallery("s1", "p") == head

    change = GalleryChange("s1", "p", head, head.append(2), added=(replace(image(2), product="p"),))
    adapters.galleries.commit(change)

    assert listed(adapters) == ["p"]
