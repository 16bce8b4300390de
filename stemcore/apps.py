from django.apps import AppConfig


class StemcoreConfig(AppConfig):
    name = "stemcore"
    verbose_name = "Service"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from stemcore import checks, holdings  # noqa: F401  # importing registers them
        from stemcore.guests.slots import SLOTS
        from stemcore.guests.sweeper import SWEEPING
        from stemcore.observing import readings
        from stemcore.periodic import register
        from stemcore.providers.call_days import ADDING_UP

        readings.register(SLOTS)
        register(SWEEPING)
        register(ADDING_UP)
