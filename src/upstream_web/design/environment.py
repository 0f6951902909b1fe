"""The Jinja2 environment of every page: GOV.UK components, our macros, and a few plain functions."""

import datetime

from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader

from upstream_web.design.forms import component, error_list
from upstream_web.design.glossary import term


def environment(**options: object) -> Environment:
    """Make the environment; templates of `govuk_frontend_jinja/` come from that package."""
    govuk = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    options["loader"] = ChoiceLoader([options["loader"], govuk])
    env = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, **_without(options, "autoescape"))
    env.globals |= {"static": static, "url": url, "component": component, "error_list": error_list, "term": term}
    env.filters |= {"day": day, "short_day": short_day, "month": month, "moment": moment, "number": number}
    return env


def _without(options: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in options.items() if key != name}


def url(name: str, *args: object, **kwargs: object) -> str:
    """The address of a view by name."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def day(value: datetime.date | None) -> str:
    """A date as 7 September 2022; nothing for no date."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value).date()
    return f"{value.day} {value:%B %Y}"


def short_day(value: datetime.date | None) -> str:
    """A date as 7 Sep 2022, for tables; nothing for no date."""
    if value is None:
        return ""
    return f"{value.day} {value:%b %Y}"


def month(value: str) -> str:
    """A month of an address or a record, 2022-09, as September 2022."""
    year, number = value.split("-")
    return f"{datetime.date(int(year), int(number), 1):%B} {year}"


def moment(value: datetime.datetime | None) -> str:
    """A moment as 7 September 2022 at 14:05, in the clock of the site."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{day(local)} at {local:%H:%M}"


def number(value: float | None) -> str:
    """A number with thousands separated; nothing for none."""
    if value is None:
        return ""
    return f"{value:,}"
