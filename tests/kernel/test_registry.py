"""The registry of what plugins brought."""

import pytest

from kernel.errors import PluginConflictError
from kernel.registry import Registry


@pytest.fixture
def registry() -> Registry[str]:
    registry: Registry[str] = Registry("field_type")
    registry.add("rating", "stars", "fields.rating", "smalt 0.1.0")
    registry.add("email", "letters", "fields.email", "smalt 0.1.0")
    return registry


def test_items_are_found_by_key(registry: Registry[str]) -> None:
    assert registry.get("rating") == "stars"
    assert registry.get("phone") is None
    assert "email" in registry
    assert len(registry) == 2


def test_a_disabled_plugin_hides_its_items_without_removing_them(registry: Registry[str]) -> None:
    disabled = frozenset({"fields.rating"})
    assert registry.get("rating", disabled) is None
    assert registry.enabled(disabled) == {"email": "letters"}
    assert list(registry.enabled()) == ["email", "rating"]
    assert registry.keys_of("fields.rating") == ("rating",)


def test_a_second_claim_to_a_key_names_both_providers(registry: Registry[str]) -> None:
    with pytest.raises(PluginConflictError) as caught:
        registry.add("rating", "others", "stars", "acme-stars 2.1")
    assert caught.value.detail == (
        "The field type 'rating' is registered by fields.rating (smalt 0.1.0) and by stars "
        "(acme-stars 2.1). Block one of the two with SMALT_BLOCKED_PLUGINS."
    )
    assert registry.get("rating") == "stars"
