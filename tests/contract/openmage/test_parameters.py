"""OpenMage contract §4.1, Parameters."""

from dataclasses import replace

import pytest
from tests.contract.openmage.conftest import (
    ANSWER_IN,
    OpenMage,
    Operation,
    P,
    assert_refused,
    assert_shows,
    call,
    every_operation,
    in_both_formats,
    one,
)


@pytest.mark.parametrize(
    ("attrs", "names"),
    [
        ("id,url", ["id", "url"]),
        ("url,id", ["id", "url"]),
        ("label", ["label"]),
        ("types,exclude,position", ["position", "exclude", "types"]),
        ("id,foo", ["id"]),
        ("id,id", ["id"]),
        ("foo,bar", ["id", "label", "position", "exclude", "url", "types"]),
        ("", ["id", "label", "position", "exclude", "url", "types"]),
        ("ID", ["id", "label", "position", "exclude", "url", "types"]),
        ("id%2Curl", ["id", "url"]),
    ],
)
@in_both_formats
def test_attrs_chooses_fields(stocked: OpenMage, attrs: str, names: list[str], kind: str) -> None:
    shown = stocked.get(P)

    for path, whole in ((one(), shown[0]), (P, shown)):
        answer = stocked.admin("GET", f"{path}?attrs={attrs}", ANSWER_IN[kind])
        chosen = [{name: each[name] for name in names} for each in shown]
        assert_shows(answer, chosen if whole is shown else chosen[0], kind)


def test_guests_do_not_get_what_is_not_theirs_by_attrs(stocked: OpenMage) -> None:
    assert stocked.get_as_guest(f"{one()}?attrs=id,exclude") == {"id": "11"}
    assert "exclude" not in stocked.get_as_guest(f"{one()}?attrs=exclude")


@pytest.mark.parametrize(
    "query",
    [
        "page=2&limit=1",
        "limit=0",
        "page=x",
        "order=position&dir=dsc",
        "filter[1][attribute]=id&filter[1][in]=12",
        "foo=bar",
    ],
)
def test_lists_are_always_whole(stocked: OpenMage, query: str) -> None:
    assert stocked.get(f"{P}?{query}") == stocked.get(P)
    assert stocked.get_as_guest(f"{P}?{query}") == stocked.get_as_guest(P)
    assert stocked.get(f"{one()}?{query}") == stocked.get(one())


@pytest.mark.parametrize("version", ["1", "2", "01", "0", "99999999999999999999"])
def test_every_number_of_a_version_means_1(stocked: OpenMage, version: str) -> None:
    assert stocked.admin("GET", P, {"Version": version}) == stocked.admin("GET", P)


@pytest.mark.parametrize("version", ["abc", "1.0", "-1", "v1", "1 2", "1,1"])
@in_both_formats
@every_operation
def test_a_version_has_digits_only(
    stocked: OpenMage, operation: Operation, version: str, kind: str
) -> None:
    answer = call(stocked.admin, operation, Version=version, **ANSWER_IN[kind])

    message = f'Invalid version "{version}" requested.'
    plain = replace(answer, body=answer.body.replace("&quot;", '"'))
    assert_refused(plain, 400, message, kind=kind)
