"""A small shop's day: how many of its requests meet a function that has to start.

Assumed, not measured: when clients call, what they call, and for how long Lambda keeps an unused
environment, which AWS does not tell and which changes.
"""

from collections.abc import Mapping
from math import exp

REQUESTS = 1000  # a day
KEPT_MINUTES = (5, 15)
"""For how long an environment waits for its next request: few, and many."""
MIX = {
    "tiendanube.list_images": 0.50,
    "tiendanube.get_image": 0.20,
    "tiendanube.create_image": 0.15,
    "tiendanube.update_image": 0.10,
    "tiendanube.delete_image": 0.05,
}
"""The share of each function in a day's requests."""
BY_HOUR = (1, 1, 1, 1, 1, 2, 3, 4, 6, 7, 7, 6, 5, 6, 7, 7, 6, 6, 6, 6, 5, 3, 2, 1)
"""How the requests of a day are spread over its hours, in percent."""
GIGABYTE_SECOND = 0.0000166667  # USD, x86; Lambda bills initialization like any other time
DAYS = 30


def cold_share(share: float, minutes: float) -> float:
    """How many of a function's requests come when it was unused for longer than `minutes`.

    Requests come independently of each other (a Poisson process), at the rate of their hour.

    Args:
        share: the function's, of all requests of the day.
        minutes: for how long Lambda keeps an unused environment.
    """
    rates = [REQUESTS * share * percent / 100 / 60 for percent in BY_HOUR]  # a minute
    expected = [rate * 60 * exp(-rate * minutes) for rate in rates]
    return sum(expected) / (REQUESTS * share)


def cold_requests(minutes: float, *, together: bool = False) -> dict[str, float]:
    """Cold requests a day by function; of one function with all endpoints if `together`."""
    return {
        name: REQUESTS * share * cold_share(1.0 if together else share, minutes)
        for name, share in MIX.items()
    }


def dollars_a_month(
    cold: Mapping[str, float], seconds: Mapping[str, float], gigabytes: Mapping[str, float]
) -> float:
    """What the initialization of functions costs.

    Args:
        cold: cold requests a day by function.
        seconds: of each function's initialization.
        gigabytes: each function's memory.
    """
    used = sum(cold[name] * seconds[name] * gigabytes[name] for name in cold)
    return used * GIGABYTE_SECOND * DAYS
