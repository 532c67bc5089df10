"""A sample of findings for a person to read: drawn at random, and drawn again the same way."""

from hashlib import blake2b

from msgspec.structs import replace

from soundcheck.finding import Finding, Report


def draw_sample(report: Report, number: int, seed: int) -> Report:
    """The report with ``number`` of its findings, of any severity.

    Each finding's lot is a hash of the seed and its fingerprint: what comes or goes elsewhere
    hardly changes the sample, so that verdicts are kept from one version to the next.
    """

    def lot(finding: Finding) -> tuple[bytes, str]:
        ticket = f"{seed}\0{finding.fingerprint}".encode()
        return blake2b(ticket, digest_size=16).digest(), finding.fingerprint

    drawn = {finding.fingerprint for finding in sorted(report.findings, key=lot)[:number]}
    kept = tuple(finding for finding in report.findings if finding.fingerprint in drawn)
    return replace(report, findings=kept, drawn_from=len(report.findings))
