"""Traces of executed calls, as rftrace and uftrace write them: bytes and text to values."""
