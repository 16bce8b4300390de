from django.apps import apps
from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    """Django's admin app with the console as its site."""

    default_site = "stemcore.console.site.ConsoleSite"
    verbose_name = "Service"

    def ready(self) -> None:
        from stemcore.console.appearance import name_models

        name_models(apps)
        super().ready()
