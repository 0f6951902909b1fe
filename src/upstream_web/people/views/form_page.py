"""A page that is one form: shown, checked, saved, and what the change refuses said on the form itself."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


def form_page(
    request: HttpRequest,
    form: forms.Form,
    save: Callable[[dict], object],
    *,
    title: str,
    back: str,
    to: Callable[[Any], str] | None = None,
    done: str = "",
    template: str = "design/form_page.jinja",
    **words: object,
) -> HttpResponse:
    """Show the form; once it is sent and right, save it, say `done` and go to the page of what was made, or back."""
    if request.method == "POST" and form.is_valid():
        try:
            made = save(form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            if done:
                messages.success(request, done)
            return redirect(to(made) if to else back)
    return render(request, template, {"form": form, "title": title, "back": back, **words})
