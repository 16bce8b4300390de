"""Access tokens and ready-to-paste calls for the demo's people."""

import json
import secrets
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from time import time
from typing import Any

import jwt
from django.conf import settings

from stemcore.embedded.demo.people import (
    CLASS_ID,
    MATERIAL_ID,
    PEOPLE,
    SESSION_ID,
    STUDENT_ID,
    TEACHER_ID,
)

TOKEN_DAYS = 7

QUESTION = "Which metal atoms does the oxygen-evolving complex hold?"
UPLOAD_QUESTION = "Which gas makes bread dough rise in alcoholic fermentation?"
FIGURES_QUESTION = "How did the average score go by week?"


@dataclass(frozen=True)
class DemoCall:
    """One call: what it shows, who makes it, and what is sent."""

    title: str
    path: str
    user_id: str
    body: Mapping[str, object]

    def curl(self, base_url: str) -> str:
        """The call as one shell command."""
        return (
            f"curl -s {base_url}{self.path} \\\n"
            f"  -H 'x-api-key: {settings.PYTHON_BACKEND_API_KEY}' \\\n"
            f"  -H 'Authorization: Bearer {demo_token(self.user_id)}' \\\n"
            f"  -H 'content-type: application/json' \\\n"
            f"  -d '{json.dumps(dict(self.body))}'"
        )


def demo_token(user_id: str) -> str:
    """An access token as Supabase Auth would sign it, good for a week."""
    claims = {
        "iss": f"{settings.SUPABASE_URL}/auth/v1",
        "aud": "authenticated",
        "role": "authenticated",
        "sub": user_id,
        "exp": int(time()) + TOKEN_DAYS * 86_400,
    }
    return jwt.encode(claims, settings.SUPABASE_JWT_SECRET, algorithm="HS256")


def demo_access() -> dict[str, Any]:
    """Key and tokens for a page that tries the API: `token` where a call names no user."""
    tokens = {user_id: demo_token(user_id) for user_id in PEOPLE}
    return {
        "key": settings.PYTHON_BACKEND_API_KEY,
        "token": tokens[TEACHER_ID],
        "tokens": tokens,
        "people": list(PEOPLE.values()),
    }


_SHELL = r"""
BASE={base}
KEY={key}
TEACHER={teacher}
STUDENT={student}
DEMO_CLASS={class_id}
TEACHER_TOKEN={teacher_token}
STUDENT_TOKEN={student_token}
# ask teacher|student ROUTE BODY: the answer of the service, readable.
ask() {{
  local token="$STUDENT_TOKEN"
  if [ "$1" = teacher ]; then token="$TEACHER_TOKEN"; fi
  curl -s "$BASE/v1/$2" -H "x-api-key: $KEY" -H "authorization: Bearer $token" \
    -H 'content-type: application/json' -d "$3" | {python} -m json.tool --no-ensure-ascii
}}
# of NAME: the value of the first key of that name in an answer.
of() {{ sed -nE 's/^ *"'"$1"'": "?([^",]*)"?,?$/\1/p' | head -n 1; }}
"""


def shell_functions(base_url: str) -> str:
    """Variables and functions for a shell that calls the demo."""
    return _SHELL.format(
        base=shlex.quote(base_url),
        key=shlex.quote(settings.PYTHON_BACKEND_API_KEY),
        teacher=TEACHER_ID,
        student=STUDENT_ID,
        class_id=CLASS_ID,
        teacher_token=demo_token(TEACHER_ID),
        student_token=demo_token(STUDENT_ID),
        python=shlex.quote(sys.executable),
    )


def demo_calls() -> list[DemoCall]:
    """The calls that the demo prints, each good to be sent as it is."""
    chat = {"class_id": CLASS_ID, "user_id": STUDENT_ID, "session_id": SESSION_ID}
    return [
        DemoCall(
            "A teacher creates a class",
            "/v1/classes/create",
            TEACHER_ID,
            {
                "user_id": TEACHER_ID,
                "title": "Mechanics",
                "subject": "Physics",
                "join_code": secrets.token_hex(4).upper(),
            },
        ),
        DemoCall("A student reads a chat", "/v1/chat/workspace/messages/list", STUDENT_ID, chat),
        DemoCall(
            "A student asks about the class's materials",
            "/v1/chat/workspace/messages/send",
            STUDENT_ID,
            {**chat, "message": QUESTION},
        ),
        DemoCall(
            "A teacher has an uploaded file processed",
            "/v1/materials/dispatch",
            TEACHER_ID,
            {"class_id": CLASS_ID, "material_id": MATERIAL_ID},
        ),
        DemoCall(
            "Seconds later a student asks about that file",
            "/v1/chat/workspace/messages/send",
            STUDENT_ID,
            {**chat, "message": UPLOAD_QUESTION},
        ),
        DemoCall(
            "A teacher asks about the class's figures",
            "/v1/analytics/data-query",
            TEACHER_ID,
            {"class_id": CLASS_ID, "user_id": TEACHER_ID, "query": FIGURES_QUESTION},
        ),
    ]
