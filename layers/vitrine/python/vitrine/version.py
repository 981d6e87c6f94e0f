"""The version of Vitrine, which `pyproject.toml` alone states."""

from functools import cache


@cache
def version() -> str:
    """The version of the installed distribution, such as `0.2.0`.

    On a laptop the metadata is what the installer wrote. In Lambda it is the file that
    `layers/build_layer.py` writes into the layer from `pyproject.toml`.

    Raises:
        PackageNotFoundError: neither of them exists.
    """
    # 33 ms where urllib3 or boto3 has not imported it yet: functions that never ask never pay.
    from importlib.metadata import version as distribution_version

    return distribution_version("vitrine")
