"""One route of the document, from what its viewset and its action declare."""

import inspect
from typing import Any, get_args

from drf_spectacular.drainage import warn
from drf_spectacular.openapi import AutoSchema
from inflection import camelize, parameterize

from stemcore.api.authentication import ServiceKey, UserToken
from stemcore.api.body import Body
from stemcore.api.permissions import SignedIn
from stemcore.api.views import action_types
from stemcore.openapi.components import add_type, envelope, one_line
from stemcore.openapi.refusals import REQUEST_ID, errors_of_route, failures

KEYS: tuple[dict[str, list[str]], ...] = ({"serviceKey": []}, {"serviceKeyAsBearer": []})
USER: dict[str, list[str]] = {"userToken": []}


class Operation(AutoSchema):
    """A route: the annotations of its action say what goes in and out, its docstring what it does.

    The first sentence of the docstring is the summary, what follows the description.
    """

    view: Any

    def get_operation_id(self) -> str:
        """The path in camel case, without its version: `chatWorkspaceMessagesSend`."""
        words = self.path.removeprefix("/v1/").strip("/").replace("/", "_").replace("-", "_")
        return str(camelize(words, uppercase_first_letter=False))

    def get_summary(self) -> str:
        summary, _ = self._docstring()
        return summary.removesuffix(".")

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        _, description = self._docstring()
        return description

    def _docstring(self) -> tuple[str, str]:
        written = inspect.getdoc(self._action)
        if not written:
            warn(f"{self._action.__qualname__} has no docstring")
        summary, *paragraphs = map(one_line, (written or "").split("\n\n"))
        return summary, "\n\n".join(paragraphs)

    def get_tags(self) -> list[str]:
        return [self.view.tag]

    def get_auth(self) -> list[Any]:
        """The ways in which a caller may prove who calls; a user's token goes beside the key."""
        classes = self.view.authentication_classes
        if ServiceKey not in classes:
            return [{}]
        if UserToken not in classes:
            return list(KEYS)
        with_user = {**KEYS[0], **USER}
        return [with_user] if SignedIn in self.view.permission_classes else [*KEYS, with_user]

    def _get_parameters(self) -> list[Any]:
        return [{"$ref": "#/components/parameters/X-Request-Id"}]

    def _get_request_body(self, direction: Any = "request") -> dict[str, Any] | None:
        body: type[Body] | None = action_types(self._action).get("body")
        if body is None:
            return None
        reference = add_type(self.registry, f"{self._name}Request", body, "validation")
        if not body.examples:
            warn(f"{body.__name__} has no examples")
        examples = {
            parameterize(title): {"summary": title, "value": value}
            for title, value in body.examples.items()
        }
        content = {"application/json": {"schema": reference, "examples": examples}}
        return {"required": True, "content": content}

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        kinds = errors_of_route(self.view, self._action)
        return {"200": self._success(), **failures(self.registry, kinds)}

    def _success(self) -> dict[str, Any]:
        [data] = get_args(action_types(self._action)["return"])
        reference = add_type(self.registry, f"{self._name}Data", data, "serialization")
        schema = envelope(ok=True, data=reference, error={"type": "null"})
        return {
            "description": "What was asked for.",
            "headers": {"X-Request-Id": REQUEST_ID},
            "content": {"application/json": {"schema": schema}},
        }

    @property
    def _action(self) -> Any:
        return getattr(self.view, self.view.action)

    @property
    def _name(self) -> str:
        return str(camelize(self.get_operation_id()))
