"""Take in one delivery report from standard input, as a mail server hands it on: `read_bounce < report.eml`."""

import sys
from email import message_from_binary_file, policy

from django.core.management.base import BaseCommand

from microcred import bounces


class Command(BaseCommand):
    help = "Read one delivery report (RFC 3464) from standard input; mail to addresses that failed for good stops."

    def handle(self, **options):
        report = message_from_binary_file(sys.stdin.buffer, policy=policy.default)
        found = bounces.failures(report)
        for failure in found:
            known = bounces.keep(failure)
            self.stdout.write(f"{failure.address}: {'mail to it is stopped' if known else 'nobody has this address'}")
        if not found:
            self.stdout.write("No address failed for good. Nothing was changed.")
