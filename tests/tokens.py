"""Access tokens as Supabase Auth makes them."""

from time import time
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings

from stemcore.supabase.tokens import PlatformUser


def access_token(
    user_id: UUID | str,
    *,
    anonymous: bool = False,
    secret: str | None = None,
    algorithm: str = "HS256",
    headers: dict[str, Any] | None = None,
    **claims: Any,
) -> str:
    """A token for the user, good for an hour; `claims` replace the usual ones (None drops one)."""
    payload: dict[str, Any] = {
        "iss": f"{settings.SUPABASE_URL}/auth/v1",
        "sub": str(user_id),
        "aud": "authenticated",
        "role": "authenticated",
        "exp": int(time()) + 3600,
        "iat": int(time()),
        "is_anonymous": anonymous,
        "email": "" if anonymous else f"{user_id}@school.example",
        **claims,
    }
    payload = {name: value for name, value in payload.items() if value is not None}
    key = settings.SUPABASE_JWT_SECRET if secret is None else secret
    return jwt.encode(payload, key, algorithm=algorithm, headers=headers)


def credentials(user: PlatformUser, **claims: Any) -> dict[str, str]:
    """The headers with which the web app calls for a user; `claims` as for `access_token`."""
    token = access_token(user.id, anonymous=user.is_anonymous, **claims)
    return {"x-api-key": settings.PYTHON_BACKEND_API_KEY, "authorization": f"Bearer {token}"}
