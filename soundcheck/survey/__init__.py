"""What a review of a whole program needs beside the findings: modules, unsafe sites, locks."""

from soundcheck.survey.taking import take_survey
from soundcheck.survey.values import Survey

__all__ = ["Survey", "take_survey"]
