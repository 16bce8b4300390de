from django.apps import AppConfig


class ClassesConfig(AppConfig):
    name = "classes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from classes import holdings  # noqa: F401  # says what is held of a person
