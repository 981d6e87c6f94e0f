"""Registered products of a shop and their aliases, entered one by one or from a CSV file."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from vitrine.adapters.table import MOST_WRITES
from vitrine.domain.errors import AliasTakenError, ConflictError
from vitrine.domain.shops import ProductKey, is_product_name, product_key
from vitrine.services.catalogue import retry_on_conflict
from vitrine_cli.operations.records import StackRecords
from vitrine_cli.operations.shop_settings import find_shop
from vitrine_cli.ui.failure import FailureError, UsageError

_HEADER = "product"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Row:
    """The result of one line of an imported file.

    Attributes:
        line: its number; the header is line 1.
        product: key of the registered product; None for the header, an empty or a skipped line.
        problem: why the line was skipped, in one sentence; empty if it was not.
    """

    line: int
    product: ProductKey | None = None
    problem: str = ""


def register(records: StackRecords, shop: str, product: str, aliases: Sequence[str]) -> ProductKey:
    """Register a product and its aliases. Repeating the call with other aliases adds them.

    Returns:
        The product's key.

    Raises:
        UsageError: a name is invalid.
        FailureError: there is no such shop, or a name belongs to another product. Nothing has
            changed then.
    """
    return _register(records, find_shop(records, shop).id, product, aliases)


def add_aliases(
    records: StackRecords, shop: str, product: str, aliases: Sequence[str]
) -> ProductKey:
    """Add aliases to a registered product, which may be given by an alias.

    Returns:
        The product's key.

    Raises:
        UsageError: a name is invalid.
        FailureError: there is no such shop or product, or a name belongs to another product.
            Nothing has changed then.
    """
    owner = find_shop(records, shop).id
    known = records.shops.registered_product(owner, _key(product))
    if known is None:
        raise FailureError(f"Shop '{shop}' has no product '{product}'.")
    return _register(records, owner, known, aliases)


def list_products(records: StackRecords, shop: str) -> dict[ProductKey, list[ProductKey]]:
    """The aliases of each registered product of a shop, by the product's key.

    Raises:
        FailureError: there is no such shop.
    """
    return records.shops.products(find_shop(records, shop).id)


def import_products(records: StackRecords, shop: str, file: BinaryIO) -> Iterator[Row]:
    """Register the products of a CSV file, line by line. Invalid lines are skipped.

    The first line is the header, `product,alias,…`. Every other line is a product followed by its
    aliases, if any. The file is UTF-8, with or without a byte order mark. A field cannot contain a
    line break, so that an error in one line does not affect the next.

    Raises:
        FailureError: there is no such shop, the file has no header, or AWS cannot be reached.
            Products that were registered before stay.
    """
    owner = find_shop(records, shop).id
    header = file.readline()
    titles = _cells_or_problem(header.removeprefix(_BOM))
    if isinstance(titles, str) or titles[:1] != [_HEADER]:
        raise FailureError(f"The file does not begin with the header '{_HEADER},alias,…'.")
    yield Row(1)
    for number, line in enumerate(file, 2):
        try:
            yield _import_line(records, owner, number, line)
        except (ClientError, BotoCoreError) as error:
            raise FailureError(
                f"The import stopped at line {number}; run it again to continue: {error}"
            ) from None


def _import_line(records: StackRecords, shop: str, number: int, line: bytes) -> Row:
    cells = _cells_or_problem(line)
    if isinstance(cells, str):
        return Row(number, problem=cells)
    if not any(cells):
        return Row(number)
    product, *aliases = cells
    try:
        key = _register(records, shop, product, [alias for alias in aliases if alias])
    except FailureError as failure:
        return Row(number, problem=str(failure))
    return Row(number, key)


def _cells_or_problem(line: bytes) -> list[str] | str:
    """The fields of a line without surrounding blanks, or why the line is invalid."""
    try:
        rows = list(csv.reader([line.decode().rstrip("\r\n")], strict=True))
    except UnicodeDecodeError:
        return "It is not UTF-8."
    except csv.Error as error:
        return f"It is not valid CSV: {error}."
    return [cell.strip() for row in rows for cell in row]


def _register(records: StackRecords, shop: str, product: str, aliases: Sequence[str]) -> ProductKey:
    names = list(dict.fromkeys(_key(name) for name in (product, *aliases)))
    if len(names) > MOST_WRITES:
        raise UsageError(f"At most {MOST_WRITES - 1} aliases can be added at once.")
    try:
        retry_on_conflict(lambda: records.shops.register_product(shop, *names))
    except AliasTakenError as error:
        raise FailureError(f"'{error.alias}' is already product '{error.product}'.") from None
    except ConflictError:
        raise FailureError(
            f"Another process is changing '{names[0]}' or its aliases; try again."
        ) from None
    return names[0]


def _key(name: str) -> ProductKey:
    if not is_product_name(name):
        raise UsageError(
            f"{name!r} cannot name a product: 1 to 64 characters, no '/', no control characters."
        )
    return product_key(name)
