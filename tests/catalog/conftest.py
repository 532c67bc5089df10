import pytest

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Text

WORDS = FactSpec(ListOf(Text()), is_required=True)


@pytest.fixture
def checks() -> dict[str, CheckSpec]:
    """What the checks of the shipped pages take and offer."""
    return {
        "pattern": CheckSpec(takes_query=True),
        "safety-comment": CheckSpec(
            {"words": WORDS, "kinds": WORDS},
            placeholders=("kind",),
        ),
        "safety-section": CheckSpec({"headings": WORDS}, placeholders=("kind", "name", "verb")),
        "guard-dropped": CheckSpec(
            {"methods": WORDS, "typed_methods": WORDS, "types": WORDS},
            placeholders=("lock", "method"),
        ),
    }
