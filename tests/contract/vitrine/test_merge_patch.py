"""A merge patch does what RFC 7396 says, compared with its algorithm (contract: vitrine §5.4)."""

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract.vitrine.conftest import B, Native

from vitrine.domain.images import Texts

LANGUAGES = ["en", "fr", "de", "pt_BR", "ru"]
texts = st.text(max_size=20).filter(lambda text: text.encode("utf-8", "ignore").decode() == text)
present = st.builds(
    Texts, texts, st.dictionaries(st.sampled_from(LANGUAGES), texts.filter(bool), max_size=5)
)
languages = st.dictionaries(st.sampled_from(LANGUAGES), st.none() | texts, max_size=5)
patches = st.fixed_dictionaries(
    {}, optional={"alt": st.none() | texts, "translations": st.none() | languages}
)


def merged(target: Any, patch: Any) -> Any:
    """The algorithm of RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = merged(target.get(name), value)
    return target


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=present, patch=patches)
def test_a_patch_has_the_effect_of_the_rfc(
    native: Native, before: Texts, patch: dict[str, Any]
) -> None:
    (image,) = native.world.with_gallery("shop1", "7", {B: 0})
    records = native.world.galleries.records["shop1", "7"]
    records[B] = replace(image, texts=before)
    shown = {"alt": before.alt, "translations": dict(before.translations)}

    answer = native("PATCH", f"/products/7/images/{B}", json=patch)

    expected = merged(shown, patch)
    kept = {name: text for name, text in expected.get("translations", {}).items() if text}
    assert answer.status == 200, answer.body
    assert (answer.json["alt"], answer.json["translations"]) == (expected.get("alt", ""), kept)
