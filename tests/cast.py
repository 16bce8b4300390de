"""The people of the tests, by name: every access test needs the same few."""

from dataclasses import dataclass

from chat.models import ChatSession
from classes.models import Classroom
from learning.models import Blueprint
from stemcore.models import GuestSandbox
from stemcore.supabase.tokens import PlatformUser
from tests import factories


@dataclass(frozen=True)
class Cast:
    """Everybody with a part, and the classes they meet in.

    `classroom` is the teacher's; the assistant, the student and the classmate are enrolled in it,
    the outsider (a student) and the stranger (a teacher) are not. `other_classroom` is the
    stranger's. Guest one plays a teacher and guest two a student, each in a sandbox class.
    """

    teacher: PlatformUser
    assistant: PlatformUser
    student: PlatformUser
    classmate: PlatformUser
    outsider: PlatformUser
    stranger: PlatformUser
    guest_one: PlatformUser
    guest_two: PlatformUser
    classroom: Classroom
    blueprint: Blueprint
    session: ChatSession
    other_classroom: Classroom
    sandbox_one: GuestSandbox
    sandbox_two: GuestSandbox
    sandbox_classroom_one: Classroom
    sandbox_classroom_two: Classroom


def make_cast() -> Cast:
    teacher = factories.user("teacher", "Tess Teacher")
    assistant = factories.user("teacher", "Ada Assistant")
    student = factories.user("student", "Sam Student")
    classmate = factories.user("student", "Cleo Classmate")
    stranger = factories.user("teacher", "Stan Stranger")
    guest_one, guest_two = factories.guest(), factories.guest()
    classroom = factories.classroom(teacher, title="Plant biology")
    factories.enrollment(classroom, assistant, "ta")
    factories.enrollment(classroom, student)
    factories.enrollment(classroom, classmate)
    sandbox_one = factories.sandbox(guest_one, "teacher")
    sandbox_two = factories.sandbox(guest_two, "student")
    return Cast(
        teacher=teacher,
        assistant=assistant,
        student=student,
        classmate=classmate,
        outsider=factories.user("student", "Olga Outsider"),
        stranger=stranger,
        guest_one=guest_one,
        guest_two=guest_two,
        classroom=classroom,
        blueprint=factories.blueprint(classroom),
        session=factories.chat_session(classroom, student, title="My questions"),
        other_classroom=factories.classroom(stranger, title="Mechanics"),
        sandbox_one=sandbox_one,
        sandbox_two=sandbox_two,
        sandbox_classroom_one=factories.row(Classroom, sandbox_id=sandbox_one.id),
        sandbox_classroom_two=factories.row(Classroom, sandbox_id=sandbox_two.id),
    )
