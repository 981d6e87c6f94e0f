"""The counters of images and bytes, in memory and in DynamoDB: they equal a recount."""

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws
from tests.adapters.conftest import Account, Adapters, on_aws
from tests.adapters.test_galleries import MOMENT, add, image
from tests.adapters.test_library import shelved

from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Image, Texts
from vitrine.domain.library import LibraryImage
from vitrine.domain.pictures import Format
from vitrine.domain.usage import Amount, Usage, usage_of

NEVER_COUNTED = False


def of(size: int, kind: Format, number: int, product: str = "p") -> Image:
    """An image whose original has this size and format."""
    plain = image(number, product=product)
    return replace(plain, original=replace(plain.original, size=size, format=kind))


def usage(adapters: Adapters) -> Usage:
    """What shop s1 uses, whether or not it was counted from the beginning."""
    return replace(adapters.galleries.usage("s1"), exact=True)


def test_a_shop_without_images_uses_nothing(adapters: Adapters) -> None:
    assert usage(adapters) == Usage()


def test_images_count_by_format_from_their_creation_to_their_purge(adapters: Adapters) -> None:
    png, jpeg = of(100, Format.PNG, 1), of(30, Format.JPEG, 2)
    head = add(adapters, png, jpeg)
    png_and_jpeg = {Format.PNG: Amount(1, 100), Format.JPEG: Amount(1, 30)}
    assert usage(adapters) == Usage(Amount(2, 130), png_and_jpeg)

    gone = GalleryChange("s1", "p", head, head.retire(1), retired=(png,))
    head = adapters.galleries.commit(gone)
    only_jpeg = {Format.JPEG: Amount(1, 30)}
    assert usage(adapters) == Usage(Amount(1, 30), only_jpeg, kept=Amount(1, 100))

    for _ in range(2):
        adapters.galleries.forget_retired(png)
    assert usage(adapters) == Usage(Amount(1, 30), only_jpeg)

    adapters.galleries.commit(GalleryChange("s1", "p", head, head.remove(2), removed=(jpeg,)))
    assert usage(adapters) == Usage()
    assert adapters.galleries.image_count("s1") == 0


def test_other_bytes_count_instead_of_the_old_ones(adapters: Adapters) -> None:
    old, new = of(100, Format.PNG, 1), replace(of(30, Format.JPEG, 1), version=1)
    head = add(adapters, old)

    adapters.galleries.commit(GalleryChange("s1", "p", head, head, changed=((old, new),)))

    assert usage(adapters) == Usage(Amount(1, 30), {Format.JPEG: Amount(1, 30)})
    texts = replace(new, texts=Texts("other"), version=2)
    adapters.galleries.commit(GalleryChange("s1", "p", head, head, changed=((new, texts),)))
    assert usage(adapters) == Usage(Amount(1, 30), {Format.JPEG: Amount(1, 30)})


def test_images_of_the_library_count_apart(adapters: Adapters) -> None:
    first = shelved(1)
    adapters.library.add(first)

    assert usage(adapters) == Usage(library=Amount(1, first.original.size))
    assert adapters.galleries.image_count("s1") == 0


def test_images_that_were_never_counted_do_not_make_less_than_nothing(aws: Account) -> None:
    adapters = on_aws(aws)
    head = add(adapters, of(100, Format.PNG, 1))
    _forget_counters(aws)

    adapters.galleries.commit(
        GalleryChange("s1", "p", head, head.remove(1), removed=(of(100, Format.PNG, 1),))
    )

    assert adapters.galleries.usage("s1") == Usage(exact=NEVER_COUNTED)


def _forget_counters(account: Account) -> None:
    """Remove what an earlier version did not write."""
    table: Any = account.resource("dynamodb").Table("table")
    for shard in range(10):
        table.delete_item(Key={"pk": "SHOP#s1", "sk": f"COUNT#{shard}"})


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "library", "replace", "remove", "retire", "purge", "text"]),
        st.sampled_from(list(Format)),
        st.integers(1, 20_971_520),
        st.sampled_from(["p", "q"]),
        st.integers(0, 99),
    ),
    max_size=15,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_counters_equal_a_recount_after_any_history(
    steps: list[tuple[str, Format, int, str, int]],
) -> None:
    with mock_aws():
        history = History(on_aws(Account(small=False)))
        for step in steps:
            history.make(*step)

        assert usage(history.adapters) == usage_of(
            history.live.values(), history.kept.values(), history.library
        )


class History:
    """A shop in DynamoDB, and the records that it must have."""

    def __init__(self, adapters: Adapters) -> None:
        self.adapters = adapters
        self.live: dict[int, Image] = {}
        self.kept: dict[int, Image] = {}
        self.library: list[LibraryImage] = []
        self.ids = 0

    def make(self, step: str, kind: Format, size: int, product: str, which: int) -> None:
        """Make one step; nothing if there is no image for it."""
        galleries = self.adapters.galleries
        if step == "add":
            self.ids += 1
            new = of(size, kind, self.ids, product)
            add(self.adapters, new)
            self.live[new.id] = new
            return
        if step == "library":
            self.ids += 1
            added = shelved(self.ids)
            added = replace(added, original=replace(added.original, size=size, format=kind))
            self.adapters.library.add(added)
            self.library.append(added)
            return
        among = self.kept if step == "purge" else self.live
        if not among:
            return
        found = among.pop(sorted(among)[which % len(among)])
        if step == "purge":
            galleries.forget_retired(found)
            return
        head = galleries.gallery("s1", found.product)
        where = "s1", found.product, head
        if step == "remove":
            galleries.commit(GalleryChange(*where, head.remove(found.id), removed=(found,)))
        elif step == "retire":
            galleries.commit(GalleryChange(*where, head.retire(found.id), retired=(found,)))
            self.kept[found.id] = found
        else:
            original = found.original
            if step == "replace":
                revision = original.revision + 1
                original = replace(original, size=size, format=kind, revision=revision)
            other = replace(
                found,
                original=original,
                texts=Texts(f"{size}"),
                updated_at=MOMENT,
                version=found.version + 1,
            )
            galleries.commit(GalleryChange(*where, head, changed=((found, other),)))
            self.live[found.id] = other
