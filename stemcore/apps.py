from django.apps import AppConfig


class StemcoreConfig(AppConfig):
    name = "stemcore"
    default_auto_field = "django.db.models.BigAutoField"
