"""The demo shop of a local stack: random ids and secrets, or those of a seed."""

from collections.abc import Callable, Mapping

import pytest
from moto import mock_aws
from tests.adapters.conftest import REGION, Account

from gateway.dialects import NAMES
from vitrine_cli.operations import records, shop_settings
from vitrine_cli.operations.demo_stack import DEMO_SHOP, create_demo_shop
from vitrine_cli.operations.deployed_stack import DeployedStack
from vitrine_cli.operations.seeds import Seed

OUTPUTS = {"Table": "table", "OriginalsBucket": "originals", "MediaBucket": "media"}
Made = tuple[dict[str, Mapping[str, str]], Mapping[str, str]]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Callable[[Seed | None], Made]:
    """Makes the demo shop of a new stack: what clients send, and the shop's settings."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)

    def begin(seed: Seed | None) -> Made:
        with mock_aws():
            deployed = DeployedStack(
                "vitrine", Account(small=False), OUTPUTS, "http://a", "http://a"
            )
            stored = records.deployed(deployed)
            sent = create_demo_shop(stored, seed)
            return sent, shop_settings.find_shop(stored, DEMO_SHOP).settings

    return begin


def test_the_same_seed_gives_the_same_values(make: Callable[[Seed | None], Made]) -> None:
    sent, settings = make(Seed("agency"))

    assert make(Seed("agency")) == (sent, settings)
    assert sent.keys() == {*NAMES}
    assert len(sent["vitrine"]["token"]) == 43
    assert sent["evotor"]["store_id"] == settings["evotor.store_id"]


def test_without_a_seed_and_with_another_all_values_differ(
    make: Callable[[Seed | None], Made],
) -> None:
    made = [make(seed)[0] for seed in (Seed("agency"), Seed("agency2"), None, None)]

    values = [{value for login in sent.values() for value in login.values()} for sent in made]
    assert len(set.union(*values)) == sum(map(len, values))


def test_the_values_are_those_of_every_machine() -> None:
    """Scripts and bookmarks contain them."""
    seed = Seed("agency")

    assert seed.settings == {
        "evotor.store_id": "01FAD393-3C89-47FC-8D7D-87279796D127",
        "evotor.user_id": "01-259977908149098",
        "tiendanube.store_id": "3299155",
        "bigcommerce.store_hash": "3de9816aea",
    }
    assert seed.token("bigcommerce") == "ifZEhtaoQvz4ADzxBbw5AHlN3v7T3icWiL3nMgxXWi4"
    assert seed.keys("openmage").consumer_key == "7cc5672453103ac34ed88c6b74d5cfbd"
