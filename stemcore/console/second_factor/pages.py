"""Pages of the second factor: the question behind the password, setting it up, and its own page.

They are open to whoever has shown a password and nothing else yet, so each looks by itself at how
far its visitor has come.
"""

from base64 import b32encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import django_otp
import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.safestring import SafeString, mark_safe
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.widgets import BASE_INPUT_CLASSES

from stemcore.console.door import count_attempt
from stemcore.console.second_factor import devices

if TYPE_CHECKING:
    from stemcore.console.site import ConsoleSite

WRONG = "This code is not right, or has been used. Type the one that is shown now."
TOO_SOON = "After a wrong code there is a pause: try again in {seconds} s."
FEW = 3

Check = Callable[[Any, str], Any]


class CodeForm(forms.Form):
    """Asks for a code; `taken_by` is what `check` found that takes it."""

    code = forms.CharField(
        max_length=40,
        widget=forms.TextInput(
            {
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
                "class": " ".join(BASE_INPUT_CLASSES),
            }
        ),
    )

    def __init__(self, request: HttpRequest, check: Check = devices.verify) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        self._request, self._check = request, check
        self.taken_by: Any = None

    def clean_code(self) -> str:
        user: Any = self._request.user
        count_attempt(self._request, user.get_username(), of="code")
        code = str(self.cleaned_data["code"])
        try:
            self.taken_by = self._check(user, code)
        except devices.TooSoon as pause:
            raise ValidationError(TOO_SOON.format(seconds=pause.seconds)) from None
        if self.taken_by is None:
            raise ValidationError(WRONG)
        return code


def ask(site: "ConsoleSite", request: HttpRequest) -> HttpResponse:
    """The code behind the password; for those who have shown it, what there is of it."""
    if (turned_away := _turned_away(site, request)) is not None:
        return turned_away
    if not devices.is_set_up(request.user):
        return HttpResponseRedirect(_address("second_factor_setup", request))
    if not devices.is_due(request):
        return _manage(site, request)
    form = CodeForm(request)
    if not form.is_valid():
        return _page(site, request, "ask", "Second factor", form=form)
    _admit(request, form.taken_by)
    return HttpResponseRedirect(_next(request))


def set_up(site: "ConsoleSite", request: HttpRequest) -> HttpResponse:
    """A key to scan, and the first code of the app that has it."""
    if (turned_away := _turned_away(site, request)) is not None:
        return turned_away
    if devices.is_set_up(request.user):
        return HttpResponseRedirect(_address("second_factor", request))
    form = CodeForm(request, devices.confirm)
    if form.is_valid():
        _admit(request, form.taken_by)
        _log(request, "Set up a second factor.")
        return _codes(site, request)
    user: Any = request.user
    device = (devices.begun(user) if form.is_bound else None) or devices.begin(user)
    return _page(
        site,
        request,
        "setup",
        "Set up a second factor",
        form=form,
        picture=_picture(device.config_url),
        key=devices.in_fours(b32encode(device.bin_key).decode()),
        required=settings.STAFF_SECOND_FACTOR == "required",
    )


def _manage(site: "ConsoleSite", request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    form = CodeForm(request)
    if form.is_valid() and request.POST.get("what") == "remove":
        devices.forget(user)
        _log(request, "Removed the second factor.")
        messages.success(request, "Your second factor is removed.")
        return HttpResponseRedirect(reverse("admin:index"))
    if form.is_valid():
        _log(request, "Made new recovery codes.")
        return _codes(site, request)
    app, left = devices.app_of(user), devices.codes_left(user)
    return _page(site, request, "manage", "Second factor", form=form, app=app, left=left)


def _codes(site: "ConsoleSite", request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    codes = devices.new_codes(user)
    return _page(site, request, "codes", "Recovery codes", codes=codes)


def _turned_away(site: "ConsoleSite", request: HttpRequest) -> HttpResponse | None:
    """The way to the password, for who has not shown one."""
    if settings.STAFF_SECOND_FACTOR == "off":
        raise Http404
    if site.knows(request):
        return None
    return redirect_to_login(request.get_full_path(), reverse("admin:login"))


def _admit(request: HttpRequest, device: TOTPDevice | StaticDevice) -> None:
    """The session has shown its second factor; its key changes, as at the password."""
    user: Any = request.user
    django_otp.login(request, device)
    request.session.cycle_key()
    if isinstance(device, StaticDevice):
        left = devices.codes_left(user)
        _log(request, f"Logged in with a recovery code; {left} are left.")
        if left <= FEW:
            messages.warning(request, f"{left} recovery codes are left: make new ones.")


def _log(request: HttpRequest, message: str) -> None:
    user: Any = request.user
    LogEntry.objects.log_actions(user.pk, [user], CHANGE, message)


def _picture(address: str) -> SafeString:
    """The QR code, black on white whatever the page's colours, as a camera wants it."""
    code = segno.make(address, micro=False, error="m")
    drawn = code.svg_inline(
        scale=4, border=4, dark="#000", light="#fff", title="QR code", omitsize=True
    )
    return mark_safe(drawn)  # noqa: S308  # drawn of our own address


def _next(request: HttpRequest) -> str:
    """Where the visitor wanted to go, on this host."""
    wanted = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if ours else reverse("admin:index")


def _address(name: str, request: HttpRequest) -> str:
    return f"{reverse(f'admin:{name}')}?{urlencode({'next': _next(request)})}"


def _page(
    site: "ConsoleSite", request: HttpRequest, name: str, title: str, **context: Any
) -> HttpResponse:
    known = {**site.each_context(request), "title": title, "next": _next(request), **context}
    return TemplateResponse(request, f"console/second_factor/{name}.html", known)
