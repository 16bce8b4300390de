"""Imported first by benchmarks that use the service's own functions: Django with test settings."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
