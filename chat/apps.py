from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = "Chats"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chat import (
            holdings,  # noqa: F401  # says what is held of a person
            offline,  # noqa: F401  # gives the offline provider its makers
        )
        from chat.memory.sweep import SWEEPING
        from stemcore.periodic import register

        register(SWEEPING)
