"""Contexts: where bodies run, in which state of the interrupts, and under which locks."""
