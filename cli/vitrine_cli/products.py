"""Which products a shop registers, and what else they are called, told by an operator."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from vitrine.adapters.table import MOST_WRITES
from vitrine.domain.errors import AliasTakenError, ConflictError
from vitrine.domain.shops import ProductKey, is_product_name, product_key
from vitrine.services.catalogue import retry_on_conflict
from vitrine_cli.accounts import find_shop
from vitrine_cli.failure import FailureError
from vitrine_cli.tables import Records

_HEADER = "product"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of an imported file that has been dealt with.

    Attributes:
        line: its number; the header's is 1.
        size: its bytes.
        product: key of the product that is registered now; None for an empty line.
        problem: why it was skipped, in one sentence; empty when it was not.
    """

    line: int
    size: int
    product: ProductKey | None = None
    problem: str = ""


def register(records: Records, shop: str, product: str, aliases: Sequence[str]) -> ProductKey:
    """Let a product be known, and go by further names; repeated, it may add some.

    Returns:
        The product's key.

    Raises:
        FailureError: there is no such shop, a name cannot be one, or leads to another product;
            then nothing has changed.
    """
    return _register(records, find_shop(records, shop).id, product, aliases)


def add_aliases(records: Records, shop: str, product: str, aliases: Sequence[str]) -> ProductKey:
    """Let a registered product, named by whatever name it has, go by further ones.

    Returns:
        The product's key.

    Raises:
        FailureError: there is no such shop or product, a name cannot be one, or leads to another
            product; then nothing has changed.
    """
    owner = find_shop(records, shop).id
    known = records.shops.registered_product(owner, _key(product))
    if known is None:
        raise FailureError(f"Shop '{shop}' has no product '{product}'.")
    return _register(records, owner, known, aliases)


def list_products(records: Records, shop: str) -> dict[ProductKey, list[ProductKey]]:
    """All registered products of a shop, each with its aliases.

    Raises:
        FailureError: there is no such shop.
    """
    return records.shops.products(find_shop(records, shop).id)


def import_products(records: Records, shop: str, file: BinaryIO) -> Iterator[Row]:
    """Register the products of a CSV file, line by line; a line that cannot be taken is skipped.

    The first line is the header, `product,alias,…`; in every other stand a product and, if it has
    any, its aliases. UTF-8, with or without a byte order mark. No field holds a line break, so
    whatever is wrong with a line ends with it.

    Raises:
        FailureError: there is no such shop, the file has no header, or the table is out of reach;
            what was registered by then stays.
    """
    owner = find_shop(records, shop).id
    header = file.readline()
    titles = _cells_or_problem(header.removeprefix(_BOM))
    if isinstance(titles, str) or titles[:1] != [_HEADER]:
        raise FailureError(f"The file does not begin with the header '{_HEADER},alias,…'.")
    yield Row(1, len(header))
    for number, line in enumerate(file, 2):
        try:
            yield _import_line(records, owner, number, line)
        except (ClientError, BotoCoreError) as error:
            raise FailureError(
                f"It went no further than line {number}; run it again to go on: {error}"
            ) from None


def _import_line(records: Records, shop: str, number: int, line: bytes) -> Row:
    cells = _cells_or_problem(line)
    if isinstance(cells, str):
        return Row(number, len(line), problem=cells)
    if not any(cells):
        return Row(number, len(line))
    product, *aliases = cells
    try:
        key = _register(records, shop, product, [alias for alias in aliases if alias])
    except FailureError as failure:
        return Row(number, len(line), problem=str(failure))
    return Row(number, len(line), key)


def _cells_or_problem(line: bytes) -> list[str] | str:
    """The fields of a line without the blanks around them, or what is wrong with it."""
    try:
        rows = list(csv.reader([line.decode().rstrip("\r\n")], strict=True))
    except UnicodeDecodeError:
        return "It is not in UTF-8."
    except csv.Error as error:
        return f"It is no line of CSV: {error}."
    return [cell.strip() for row in rows for cell in row]


def _register(records: Records, shop: str, product: str, aliases: Sequence[str]) -> ProductKey:
    names = list(dict.fromkeys(_key(name) for name in (product, *aliases)))
    if len(names) > MOST_WRITES:
        raise FailureError(f"A product takes up to {MOST_WRITES - 1} aliases at once.")
    try:
        retry_on_conflict(lambda: records.shops.register_product(shop, *names))
    except AliasTakenError as error:
        raise FailureError(f"'{error.alias}' is product '{error.product}' already.") from None
    except ConflictError:
        raise FailureError(f"Others are at '{names[0]}' or its aliases too; try again.") from None
    return names[0]


def _key(name: str) -> ProductKey:
    if not is_product_name(name):
        raise FailureError(
            f"{name!r} cannot name a product: 1 to 64 characters, no '/', no control characters."
        )
    return product_key(name)
