"""The evidence shelf."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from upstream_web.design.forms import posted
from upstream_web.evidence.access import card_for_editing, card_for_reading, may_edit, published_for_editing
from upstream_web.evidence.changes import add_published, change_card, retire_card, withdraw_published
from upstream_web.evidence.forms import CardForm, PublishedForm, RetireForm
from upstream_web.evidence.models import EvidenceCard, Tier
from upstream_web.evidence.presenters import news, together
from upstream_web.evidence.queries import published_of, results_filed, shelf

PAGE = 24
MOST_RESULTS = 50
TAGS = {
    "reduces": "govuk-tag--green",
    "may_reduce": "govuk-tag--teal",
    "mixed": "govuk-tag--grey",
    "increases": "govuk-tag--red",
    "not_known": "govuk-tag--grey",
}


def cards(request: HttpRequest) -> HttpResponse:
    """The shelf, narrowed by words, tier, kind and effect."""
    choices = {"tier": Tier.values, "kind": EvidenceCard.Kind.values, "effect": EvidenceCard.Effect.values}
    by = {name: request.GET[name] for name, values in choices.items() if request.GET.get(name) in values}
    by["words"] = request.GET.get("words", "")[:100]
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "title": "Evidence",
        "page": Paginator(shelf(**by), PAGE).get_page(request.GET.get("page")),
        "by": by,
        "query": query.urlencode(),
        "tiers": Tier,
        "card_choices": EvidenceCard,
        "tags": TAGS,
    }
    return render(request, "evidence/cards.jinja", context)


def card(request: HttpRequest, key: str) -> HttpResponse:
    """One card: effect, mechanism, moderators, implementation, economics, and what was found here."""
    found = card_for_reading(request.user, key)
    results = list(found.local_results.all()[:MOST_RESULTS])
    published = list(published_of(found))
    context = {
        "title": found.title,
        "card": found,
        "tags": TAGS,
        "results": results,
        "published": published,
        "together": together(found, results, published),
        "may_edit": may_edit(request.user),
    }
    return render(request, "evidence/card.jinja", context)


def funnel(request: HttpRequest) -> HttpResponse:
    """Is only good news filed? Every result that was found here, by its effect and how sure it is."""
    results = list(results_filed())
    context = {"title": "Is only good news filed?", "results": results, "news": news(results)}
    return render(request, "evidence/funnel.jinja", context)


def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change a card."""
    found = card_for_editing(request.user, key)
    form = CardForm(posted(request), initial={name: getattr(found, name) for name in CardForm.base_fields})
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            change_card(card=found, by=request.user, based_on=values.pop("version"), **values)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Card saved")
            return redirect("evidence:card", key)
    return render(request, "design/form_page.jinja", {"title": f"Change: {found.title}", "form": form})


def retire(request: HttpRequest, key: str) -> HttpResponse:
    """Retire a card."""
    found = card_for_editing(request.user, key)
    form = RetireForm(posted(request), initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            retire_card(card=found, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Card retired")
            return redirect("evidence:card", key)
    context = {"title": f"Retire: {found.title}", "form": form, "button": "Retire the card"}
    return render(request, "design/form_page.jinja", context)


def add_result(request: HttpRequest, key: str) -> HttpResponse:
    """Write a published effect on a card."""
    found = card_for_editing(request.user, key)
    form = PublishedForm(posted(request))
    if request.method == "POST" and form.is_valid():
        add_published(card=found, by=request.user, **form.cleaned_data)
        messages.success(request, "Published result added")
        return redirect("evidence:card", key)
    return render(request, "design/form_page.jinja", {"title": f"Published result: {found.title}", "form": form})


@require_POST
def withdraw_result(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Take a published effect out of the pool."""
    withdraw_published(result=published_for_editing(request.user, key, pk), by=request.user)
    messages.success(request, "Published result withdrawn")
    return redirect("evidence:card", key)
