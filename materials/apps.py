from django.apps import AppConfig


class MaterialsConfig(AppConfig):
    name = "materials"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from materials.index.sweep import SWEEPING
        from stemcore.periodic import register

        register(SWEEPING)
