"""OpenMage: properties of all sequences of requests."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import World
from tests.contract.openmage.conftest import (
    ANSWER_IN,
    DE,
    FR,
    NOT_FOUND,
    XHTML,
    A,
    B,
    OpenMage,
    assert_refused,
    assert_written,
    ids,
    many,
    one,
    open_shop1,
    written,
)

from vitrine import environment


@contextmanager
def shop_with_gallery() -> Iterator[OpenMage]:
    """The same for a property test, which needs a world for every example."""
    world = World()
    with environment.use(world.environment):
        shop = open_shop1(world)
        shop.with_gallery()
        yield shop


ROLES = ["image", "small_image", "thumbnail"]
SCOPES = ["", "1", FR, DE]
changes = st.fixed_dictionaries(
    {},
    optional={
        "label": st.sampled_from(["", "a", "b"]),
        "position": st.integers(0, 9),
        "exclude": st.integers(0, 1),
        "types": st.lists(st.sampled_from(ROLES), unique=True),
    },
).filter(bool)
scopes = st.sampled_from(SCOPES)
puts = st.tuples(st.just("PUT"), st.sampled_from([A, B]), scopes, changes)
store_deletes = st.tuples(
    st.just("DELETE"), st.sampled_from([A, B]), st.sampled_from(SCOPES[1:]), st.just({})
)


@dataclass
class Model:
    """Store views, written down once more: what every scope holds, and how a read falls back."""

    fields: dict[tuple[str, int, str], str] = field(default_factory=dict)
    roles: dict[tuple[str, str], int | None] = field(default_factory=dict)
    gone: set[tuple[str, int]] = field(default_factory=set)

    def write(self, scope: str, image: int, sent: Mapping[str, Any]) -> None:
        for name, value in sent.items():
            if name == "types":
                self._write_types(scope, image, value)
            elif name == "label" and scope and not value:
                self.fields.pop((scope, image, name), None)
            else:
                self.fields[scope, image, name] = str(value)

    def _write_types(self, scope: str, image: int, types: list[str]) -> None:
        held = self.types(scope, image)
        for role in ROLES:
            if role in types:
                self.roles[scope, role] = image
            elif role in held:
                self.roles[scope, role] = None

    def delete(self, scope: str, image: int) -> None:
        self._write_types(scope, image, [])
        self.gone.add((scope, image))

    def types(self, scope: str, image: int) -> list[str]:
        return [
            role
            for role in ROLES
            if self.roles.get((scope, role), self.roles.get(("", role))) == image
        ]

    def image(self, scope: str, image: int) -> tuple[Any, ...]:
        """What `written` finds in an answer."""
        values = [
            self.fields.get((scope, image, name), self.fields["", image, name])
            for name in ("label", "position", "exclude")
        ]
        return (*values, self.types(scope, image))

    def listed(self, scope: str) -> list[int]:
        there = [each for each in (A, B) if (scope, each) not in self.gone]
        return sorted(there, key=lambda each: (int(self.image(scope, each)[1]), each))

    def shown(self, scope: str) -> list[int]:
        """What a guest finds."""
        return [each for each in self.listed(scope) if self.image(scope, each)[2] == "0"]


@settings(max_examples=60)
@given(st.lists(st.one_of(puts, puts, puts, store_deletes), max_size=12))
def test_stores_fall_back_field_by_field(
    operations: list[tuple[str, int, str, dict[str, Any]]],
) -> None:
    model = Model()
    for image, position in ((A, 1), (B, 6)):
        model.write("", image, {"label": "", "position": position, "exclude": 0})
    model.roles["", "thumbnail"] = A

    with shop_with_gallery() as shop:
        for method, image, scope, sent in operations:
            body = {"json": sent} if method == "PUT" else {}
            answer = shop.admin(method, one(image, scope), **body)
            if (scope, image) in model.gone:
                assert_refused(answer, *NOT_FOUND)
                continue
            assert_written(answer)
            if method == "PUT":
                model.write(scope, image, sent)
            else:
                model.delete(scope, image)

        for scope in SCOPES:
            shown = shop.get(many(scope))
            assert ids(shown) == model.listed(scope)
            for each in shown:
                assert written(each) == model.image(scope, int(each["id"]))
                assert shop.get(one(each["id"], scope)) == each
            assert ids(shop.get_as_guest(many(scope))) == model.shown(scope or "1")


every_scope_types = st.tuples(
    st.sampled_from(["PUT", "PUT", "PUT", "POST", "DELETE"]),
    st.integers(0, 5),
    scopes,
    st.lists(st.sampled_from([*ROLES, "bogus"])),
)


@settings(max_examples=40)
@given(st.lists(every_scope_types, max_size=10))
def test_a_type_belongs_to_at_most_one_image_of_a_scope(
    operations: list[tuple[str, int, str, list[str]]],
) -> None:
    with shop_with_gallery() as shop:
        for method, number, scope, types in operations:
            before = {each["id"]: each["types"] for each in shop.get(many(scope))}
            if method != "POST" and not before:
                continue
            wanted = [role for role in ROLES if role in types]
            if method == "POST":
                image = shop.added(many(scope), types=types)
            else:
                image = int(list(before)[number % len(before)])
                if method == "PUT":
                    shop.put({"types": types}, image, scope)
                else:
                    shop.delete(image, scope)

            after = {each["id"]: each["types"] for each in shop.get(many(scope))}
            if method == "DELETE":
                assert str(image) not in after
            else:
                assert after.pop(str(image)) == wanted
            for other, held in after.items():
                taken = wanted if method != "DELETE" else []
                assert held == [role for role in before[other] if role not in taken]
            for each in SCOPES:
                held = [role for item in shop.get(many(each)) for role in item["types"]]
                assert len(held) == len(set(held))


letters = st.characters(
    exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32))) + "\ufffe\uffff"
)


@settings(max_examples=40)
@given(st.text(letters, max_size=255))
def test_every_text_comes_back_in_both_formats_and_both_ways(text: str) -> None:
    with shop_with_gallery() as shop:
        shop.put({"label": text})
        shown = shop.admin("GET", one(), ANSWER_IN["xml"])
        assert shop.get(one())["label"] == text
        element = ET.fromstring(shown.body)  # noqa: S314
        assert (element.findtext("label") or "") == text

        body = f"<a><label>{escape(text)}</label></a>".encode()
        assert_written(shop.admin("PUT", one(B), XHTML, content=body))
        assert shop.get(one(B))["label"].strip() == text.strip()
