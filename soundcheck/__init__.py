"""soundcheck: is this unsafe Rust sound, and does its safety depend on context?"""

__version__ = "0.1.0"
