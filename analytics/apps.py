from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"
    verbose_name = "Reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from analytics import (
            holdings,  # noqa: F401  # says what is held of a person
            offline,  # noqa: F401  # gives the offline provider its makers
        )
