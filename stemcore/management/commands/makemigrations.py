from django.core.management.commands import makemigrations

from stemcore.management.autodetector import OwnModelsAutodetector


class Command(makemigrations.Command):
    autodetector = OwnModelsAutodetector
