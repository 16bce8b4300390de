from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    """Django's admin app with the console as its site."""

    default_site = "stemcore.console.site.ConsoleSite"
