"""One report that holds everything a renderer can meet."""

import pytest

from soundcheck.finding import (
    Accepted,
    Finding,
    Gap,
    Harm,
    Precision,
    Report,
    Severity,
    Side,
    Step,
    Suppressed,
)
from soundcheck.source import SourceFile, Span

IRQ = """\
//! Interrupts.
use crate::net::RXQ;

extern "x86-interrupt" fn net_irq(_frame: Frame) {
\tdrain();
}

fn drain() {
    while let Some(frame) = RXQ.lock().pop() {
        handle(frame);
    }
}

static mut TICKS: u64 = 0;
"""
NET = """\
pub static RXQ: SpinMutex<Queue> = SpinMutex::new(Queue::new());

pub fn read() -> Frame {
    log("日本語", "\\u{1f980} 🦀"); RXQ.lock().pop()
}

unsafe impl Send for Queue {
}
"""
SOURCES = {
    path: SourceFile(path, text.encode())
    for path, text in [("src/irq.rs", IRQ), ("src/net.rs", NET)]
}


def place(path: str, code: str, nth: int = 0) -> Span:
    """Where the given piece of code stands for the nth time."""
    data = SOURCES[path].data
    start = -1
    for _ in range(nth + 1):
        start = data.index(code.encode(), start + 1)
    return Span(path, data.count(b"\n", 0, start) + 1, start, start + len(code.encode()))


SHARED = Finding(
    rule="irq-unmasked-lock-shared-with-isr",
    family="irq",
    harm=Harm.DEADLOCK,
    severity=Severity.ERROR,
    precision=Precision.MEDIUM,
    at=place("src/net.rs", "lock"),
    item="krate::net::read",
    subject="krate::net::RXQ",
    site="call",
    message="`RXQ` is taken here with interrupts on, and in an interrupt handler",
    help="make it a lock that masks interrupts",
    sides=(
        Side(
            "interrupt",
            (
                Step(place("src/irq.rs", "net_irq"), "krate::irq::net_irq", "an interrupt enters"),
                Step(place("src/irq.rs", "drain"), "krate::irq::net_irq", "it calls `drain`"),
                Step(place("src/irq.rs", "lock"), "krate::irq::drain", "which waits for `RXQ`"),
            ),
        ),
        Side("task", (Step(place("src/net.rs", "lock"), "krate::net::read", "`RXQ` is held"),)),
    ),
    related=(Step(place("src/net.rs", "RXQ"), "krate::net::RXQ", "`RXQ` does not mask"),),
    gaps=(Gap("unresolved-call", "`handle` may call anything", place("src/irq.rs", "handle")),),
    fingerprint="0123456789abcdef",
)
STATIC = Finding(
    rule="static-mut",
    family="statics",
    harm=Harm.UNSOUND,
    severity=Severity.WARNING,
    precision=Precision.HIGH,
    at=place("src/irq.rs", "TICKS"),
    item="krate::irq::TICKS",
    subject="krate::irq::TICKS",
    site="static",
    message="`TICKS` is a `static mut`: any two contexts may race on it",
    help="make it an atomic",
    fingerprint="1123456789abcdef",
)
IMPL = Finding(
    rule="undocumented-unsafe",
    family="docs",
    harm=Harm.AUDIT,
    severity=Severity.NOTE,
    precision=Precision.HIGH,
    at=place("src/net.rs", "unsafe impl Send for Queue {\n}"),
    item="krate::net::Queue",
    subject="krate::net::Queue",
    site="impl",
    message="unsafe impl without a safety comment",
    fingerprint="2123456789abcdef",
)
LOST = Finding(
    rule="static-mut",
    family="statics",
    harm=Harm.UNSOUND,
    severity=Severity.WARNING,
    precision=Precision.HIGH,
    at=Span("src/lost.rs", 7, 100, 110),
    item="krate::lost::X",
    subject="krate::lost::X",
    site="static",
    message="`X` is a `static mut`: any two contexts may race on it",
    fingerprint="3123456789abcdef",
)


@pytest.fixture
def report() -> Report:
    """Findings in order of place, as triage leaves them."""
    return Report(
        findings=(STATIC, LOST, SHARED, IMPL),
        suppressed=(
            Suppressed(STATIC, "inline", "only the boot CPU runs"),
            Suppressed(IMPL, "baseline", ""),
        ),
        gaps=(
            Gap("unresolved-call", "`handle`", place("src/irq.rs", "handle"), "krate::irq::drain"),
            Gap("unresolved-call", "`log`", place("src/net.rs", "log"), "krate::net::read"),
            Gap("unparsed-region", "a macro", Span("src/other.rs", 3, 20, 90)),
        ),
        inventory={"counting": "soundcheck", "total": {"blocks": 1}, "crates": []},
        sources=SOURCES,
        profiles=("core", "generic"),
        rules_hash="00ff",
        files=3,
        lines=26_000,
        breakers=(("krate::irq", "krate::net", 3), ("krate", "krate::net", 1)),
        unmet=(Accepted("4123456789abcdef", "static-mut", "src/gone.rs", "krate::GONE", "later"),),
    )


@pytest.fixture
def silence() -> Report:
    """Nothing found, and two calls not understood."""
    return Report(
        findings=(),
        suppressed=(),
        gaps=(
            Gap("unresolved-call", "`handle`", place("src/irq.rs", "handle"), "krate::irq::drain"),
            Gap("unresolved-call", "`log`", place("src/net.rs", "log"), "krate::net::read"),
        ),
        inventory={"counting": "soundcheck", "total": {}, "crates": []},
        sources={},
        profiles=("core",),
        rules_hash="00ff",
        files=1,
        lines=1,
    )
