"""What members of the staff may do, by role.

`support` looks at everything but what people write; `operations` may also act on rows; `privacy`
may read what people write, which is logged at each opening. Roles add up.
"""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

APPS = ("stemcore", "classes", "materials", "learning", "chat", "analytics")
ACTED_ON = (
    "change_guestsandbox",
    "change_guestsessionquota",
    "change_classroom",
    "change_material",
    "change_materialprocessingjob",
    "change_chatsession",
    "change_insightssnapshot",
    "change_teachingbriefsnapshot",
)
LOOK = Q(content_type__app_label__in=APPS, codename__startswith="view_")
ROLES = {
    "support": LOOK,
    "operations": LOOK
    | Q(content_type__app_label__in=APPS, codename__in=ACTED_ON)
    | Q(content_type__app_label="admin", codename="view_logentry"),
    "privacy": LOOK
    | Q(content_type__app_label="chat", codename="read_message_text")
    | Q(content_type__app_label="admin", codename="view_logentry"),
}

MEANINGS = {
    "support": "Looks at everything but what people write.",
    "operations": "Acts on rows: resets, expires, queues again, archives. Sees the admin log.",
    "privacy": "Reads what people write; each opening is logged. Sees the admin log.",
}


@transaction.atomic
def make_roles() -> list[Group]:
    """Makes the roles, and gives those that are there exactly their rights."""
    made = []
    for name, rights in ROLES.items():
        role, _ = Group.objects.get_or_create(name=name)
        role.permissions.set(Permission.objects.filter(rights))
        made.append(role)
    return made
