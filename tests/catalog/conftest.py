import pytest

from soundcheck.catalog import CheckSpec
from soundcheck.checks import Specs


@pytest.fixture
def checks() -> dict[str, CheckSpec]:
    """What the checks of the shipped pages take and offer."""
    return dict(Specs())
