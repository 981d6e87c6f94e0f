"""What a source has and an import does not carry."""

from collections import Counter
from pathlib import Path

from vitrine_cli.importing.ledger import opened_ledger
from vitrine_cli.importing.left_out import left_out
from vitrine_cli.importing.source import DELETED, Page, SourceImage, SourceProduct
from vitrine_cli.importing.sources.folder import Folder


def test_products_without_images_are_counted_and_deleted_ones_only_once(tmp_path: Path) -> None:
    mug = SourceProduct("mug", (SourceImage("1", ("1.png",)),))
    empty, gone = SourceProduct("tea", ()), SourceProduct("cup", ())
    paths = {each.name: {"1": f"@folder/{each.name}/1.png"} for each in (mug, empty, gone)}
    source = Folder(tmp_path, left_out=Counter({DELETED: 1}))
    with opened_ledger(None) as ledger:
        ledger.begin_list()
        ledger.add_page(Page((mug, empty), next="2"), paths, 0)
        ledger.add_page(Page((gone,)), paths, 0)
        assert left_out(source, ledger) == {DELETED: 1, "products without images": 1}

        ledger.begin_list()  # whose product has lost its image since
        ledger.add_page(Page((SourceProduct("mug", ()),)), paths, 0)
        assert left_out(Folder(tmp_path), ledger) == {"products without images": 1}

        ledger.begin_list()
        ledger.add_page(Page((SourceProduct("mug", ()), mug)), paths, 0)  # it continues
        assert left_out(Folder(tmp_path), ledger) == {}
