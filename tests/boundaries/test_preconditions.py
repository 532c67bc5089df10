"""What documentation demands of the state of interrupts, held against the contexts inferred."""

import pytest

from soundcheck.checks import check_of
from soundcheck.commands.policy import open_catalog

SOURCE = """
static mut QUEUE: [u32; 4] = [0; 4];

/// Must be called with interrupts disabled.
pub fn push() {{
    unsafe {{ QUEUE[0] = 1 }}
}}

extern "x86-interrupt" fn handler(_frame: usize) {{
    push();
}}

{task}
"""


def told(program):
    rule = open_catalog().rules["safe-fn-with-documented-precondition"]
    return [
        (one.message.partition("”")[2], one.is_mild, [side.label for side in one.sides])
        for one in check_of(rule.check).run(program, rule)
    ]


@pytest.mark.parametrize(
    ("task", "wanted"),
    [
        pytest.param(
            "",
            ("; in every context that is known they are masked", True, []),
            id="only where they are masked",
        ),
        pytest.param(
            "pub fn task() { push() }",
            ("; task code calls it with interrupts on", False, ["task"]),
            id="also where they are on",
        ),
    ],
)
def test_interrupts(program_of, task, wanted):
    program = program_of({"src/lib.rs": SOURCE.format(task=task)})
    assert told(program) == [wanted]
