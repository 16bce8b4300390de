"""Creating a class and joining one."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Case, When

from classes.errors import (
    ClassNotFound,
    ForbiddenAccountType,
    JoinCodeConflict,
    ProfileMissing,
)
from classes.models import AccountType, Classroom, Enrollment, EnrollmentRole, Profile
from stemcore.database import write
from stemcore.supabase.tokens import PlatformUser

JOIN_CODE_INDEX = "join_code"
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is mistaken for another
CODE_LENGTH = 8


@dataclass(frozen=True)
class NewClass:
    """What a teacher says of a class to be made; a blank text is an absent one."""

    title: str
    join_code: str
    subject: str | None = None
    level: str | None = None
    description: str | None = None


@write
def create_class(user: PlatformUser, new: NewClass) -> UUID:
    """Makes a class and its owner's enrollment, both or neither, and returns the class's id.

    Raises ForbiddenAccountType for guests and students, ProfileMissing, and JoinCodeConflict
    when the code is taken in any letter case.
    """
    _require_account(user, AccountType.TEACHER)
    _claim_join_code(new.join_code)
    try:
        with transaction.atomic():
            classroom = Classroom.objects.create(
                owner_id=user.id,
                title=new.title,
                join_code=new.join_code,
                subject=new.subject or None,
                level=new.level or None,
                description=new.description or None,
            )
    except IntegrityError as error:
        # The web app may have taken the very code meanwhile, past our lock.
        if JOIN_CODE_INDEX in str(error):
            raise JoinCodeConflict from None
        raise
    Enrollment.objects.create(classroom=classroom, user_id=user.id, role=EnrollmentRole.TEACHER)
    return classroom.id


@write
def join_class(user: PlatformUser, join_code: str) -> UUID:
    """Enrolls a student in the class with this code and returns its id; again changes nothing.

    Letter case counts only between classes whose codes differ in nothing else, as they can where
    they were made past this service. Raises ForbiddenAccountType for guests and teachers,
    ProfileMissing, and ClassNotFound for unknown codes, archived classes and guests' copies.
    """
    _require_account(user, AccountType.STUDENT)
    classroom = (
        Classroom.objects.filter(
            join_code__iexact=join_code, archived=False, sandbox_id__isnull=True
        )
        .order_by(Case(When(join_code=join_code, then=0), default=1), "created_at")
        .only("id")
        .first()
    )
    if classroom is None:
        raise ClassNotFound
    Enrollment.objects.bulk_create(
        [Enrollment(classroom=classroom, user_id=user.id, role=EnrollmentRole.STUDENT)],
        ignore_conflicts=True,
    )
    return classroom.id


def _require_account(user: PlatformUser, account_type: AccountType) -> None:
    if user.is_anonymous:
        raise ForbiddenAccountType
    found = Profile.objects.filter(id=user.id).values_list("account_type", flat=True).first()
    if found is None:
        raise ProfileMissing
    if found != account_type:
        raise ForbiddenAccountType


@write
def renew_join_code(class_id: UUID) -> str:
    """Gives a class a join code that nobody knows yet, and returns it; the old one ends.

    Raises ClassNotFound, and JoinCodeConflict in the rare case that the code is taken.
    """
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    _claim_join_code(code)
    if not Classroom.objects.filter(id=class_id).update(join_code=code):
        raise ClassNotFound
    return code


def _claim_join_code(join_code: str) -> None:
    """Raises JoinCodeConflict when the code is taken in any letter case.

    The platform's index counts letter case, so two spellings could be taken at the same moment;
    the lock, held to the end of the transaction, makes simultaneous claims wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('join_code:' || upper(%s), 0))",
            [join_code],
        )
    if Classroom.objects.filter(join_code__iexact=join_code).exists():
        raise JoinCodeConflict
