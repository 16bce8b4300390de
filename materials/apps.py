from django.apps import AppConfig


class MaterialsConfig(AppConfig):
    name = "materials"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from materials import doctor as materials_doctor
        from materials import holdings  # noqa: F401  # says what is held of a person
        from materials.extraction.sandbox import hide_from_neighbours
        from materials.index.sweep import SWEEPING
        from materials.overview import OLDEST, QUEUE
        from materials.worker.local import LOOKING
        from stemcore import doctor
        from stemcore.observing import readings
        from stemcore.periodic import register

        doctor.register("materials", materials_doctor.checks)
        readings.register(QUEUE)
        readings.register(OLDEST)
        register(SWEEPING)
        register(LOOKING)
        # A parser that a file has taken over runs as the same user where none other can be had.
        hide_from_neighbours()
