"""What the counting profiles count: the columns of a count, in order. Nothing slow to load."""

GEIGER_COUNTERS = ("functions", "exprs", "item_impls", "item_traits", "methods")
GEIGER_PROFILES = ("geiger-0.4", "geiger-0.5", "geiger-next")

OWN_PROFILE = "soundcheck"
OWN_COUNTERS = (
    "blocks",
    "functions",
    "methods",
    "impls",
    "traits",
    "externs",
    "attributes",
    "statics",
    "asm",
    "exprs",
)
BUCKETS = ("plain", "macros", "tests")
PROFILES = (OWN_PROFILE, *reversed(GEIGER_PROFILES))

Counts = tuple[int, ...]
"""A count: for each counter, and in our profile for each bucket of it, safe and then unsafe."""


def width_of(profile: str) -> int:
    """How many numbers a count has under a profile."""
    if profile == OWN_PROFILE:
        return len(OWN_COUNTERS) * len(BUCKETS) * 2
    return len(GEIGER_COUNTERS) * 2


def column_of(counter: str, bucket: str, *, is_unsafe: bool) -> int:
    """Where a number stands in a count of our profile."""
    return 2 * (len(BUCKETS) * OWN_COUNTERS.index(counter) + BUCKETS.index(bucket)) + is_unsafe
