#!/usr/bin/env python
"""Django's command line: `manage.py worker`, `manage.py mint`, `manage.py audit`, `manage.py demo`, ..."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")
    execute_from_command_line(sys.argv)
