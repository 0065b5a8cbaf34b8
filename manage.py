#!/usr/bin/env python
"""The operator's door to Microcred: `python manage.py help` lists what it does."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcred.settings")

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
