"""The options of `vitrine import`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Key(StrEnum):
    """What names products of OpenMage."""

    ID = "id"
    SKU = "sku"


SourceArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="PATH", help="A folder with a sub-folder for each product, or a CSV file."
    ),
]
RootOption = Annotated[
    Path | None, typer.Option(help="The folder of the files that a CSV file names.")
]
PatternOption = Annotated[
    str, typer.Option(help="Names of files directly in the folder: {product}_{n}, {any}.")
]
FromOption = Annotated[
    str | None,
    typer.Option("--from", help="A platform: tiendanube, bigcommerce, openmage or evotor."),
]
UrlOption = Annotated[
    str,
    typer.Option(
        "--source",
        help="OpenMage: the shop's URL; others: the API's URL, if it is not the usual one.",
    ),
]
StoreOption = Annotated[str, typer.Option(help="The store's id at the platform.")]
TokenOption = Annotated[
    Path | None,
    typer.Option(
        "--token-file", help="The platform's token; else VITRINE_IMPORT_TOKEN, else asked for."
    ),
]
ApiOption = Annotated[
    str,
    typer.Option(
        "--api", help="Version of the API: tiendanube v1 or 2025-03, bigcommerce v3 or v2."
    ),
]
ViewsOption = Annotated[
    str, typer.Option("--store-views", help="OpenMage's views as ID:CODE,ID:CODE.")
]
KeyOption = Annotated[
    Key | None,
    typer.Option("--product-key", help="What names products of OpenMage; the id, if not given."),
]
MediaOption = Annotated[
    str, typer.Option("--media-base", help="Where BigCommerce's originals are instead.")
]
OriginalsOption = Annotated[
    Path | None,
    typer.Option("--originals", help="A folder with better files than Tiendanube has, by name."),
]
ShareOption = Annotated[
    float | None,
    typer.Option(min=0.05, max=1, help="Part of BigCommerce's quota that is used: 0.5."),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be imported; store nothing.")
]
UpdateOption = Annotated[
    bool, typer.Option("--update", help="Change images that differ from the source.")
]
AgainOption = Annotated[
    bool, typer.Option("--again", help="Import images again that were deleted here.")
]
RegisterOption = Annotated[
    bool, typer.Option("--register", help="Register products that the shop does not know.")
]
ResumeOption = Annotated[
    bool,
    typer.Option(
        "--resume", help="Continue the last import as it was begun, of --from if it is given."
    ),
]
StatusOption = Annotated[
    bool, typer.Option("--status", help="Say how far the last import, or that of --from, is.")
]
VerifyOption = Annotated[
    bool | None,
    typer.Option(
        "--verify/--no-verify", help="Compare the shop with the source, alone or at the end."
    ),
]
VerifyBytesOption = Annotated[
    bool,
    typer.Option("--verify-bytes", help="As --verify; the bytes are read again on both sides."),
]
WaitOption = Annotated[
    bool, typer.Option("--wait", help="End when the renditions of all images are stored.")
]
OnlyOption = Annotated[
    Path | None,
    typer.Option("--only-products", help="A file that names the products to import, one a line."),
]
AtOnceOption = Annotated[
    int | None, typer.Option("--at-once", min=1, max=16, help="Products at the same time: 4.")
]
