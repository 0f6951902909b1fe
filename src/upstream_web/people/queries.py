"""Reads of people, bodies and areas, shaped for their pages."""

import datetime

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from upstream_web.people.models import Membership, Organisation, Role, Team, User
from upstream_web.places.models import Area


def people(seen: QuerySet[User], *, words: str = "", team: int | None = None, closed: bool = False) -> QuerySet[User]:
    """People by name, each with the memberships of today; `words` are looked for in name, post and e-mail."""
    rows = seen.filter(is_active=not closed)
    for word in words.split():
        rows = rows.filter(Q(name__icontains=word) | Q(post__icontains=word) | Q(email__icontains=word))
    if team:
        rows = rows.filter(memberships__in=Membership.objects.current().filter(team_id=team)).distinct()
    return rows.prefetch_related(Prefetch("memberships", queryset=_current_memberships(), to_attr="today"))


def memberships_of(user: User) -> QuerySet[Membership]:
    """Every membership, past and to come."""
    return user.memberships.select_related("team__organisation", "team__area", "role", "area")


def bodies(*, ended: bool = False) -> QuerySet[Organisation]:
    """Bodies by kind and name, with how many teams they have today."""
    day = timezone.localdate()
    over = Q(valid_to__isnull=False, valid_to__lt=day)
    rows = Organisation.objects.filter(over if ended else ~over)
    current = Q(teams__valid_from__lte=day) & (Q(teams__valid_to__isnull=True) | Q(teams__valid_to__gte=day))
    return rows.select_related("area", "succeeds").annotate(teams_today=Count("teams", filter=current)).order_by("name")


def bodies_but(pk: int) -> QuerySet[Organisation]:
    """The bodies of today other than one."""
    return Organisation.objects.current().exclude(pk=pk)


def teams_of(organisation: Organisation) -> QuerySet[Team]:
    """Teams of a body, those of today first, with how many people each has."""
    return organisation.teams.select_related("area").annotate(people=_people_today()).order_by("valid_to", "name")


def members_of(team: Team) -> QuerySet[Membership]:
    """Who is in a team today."""
    return team.memberships.current().select_related("user", "role", "area", "team__area").order_by("user__name")


def roles() -> QuerySet[Role]:
    """Roles with how many people hold each today."""
    return Role.objects.annotate(people=_people_today()).order_by("name")


def holders_of(role: Role) -> QuerySet[Membership]:
    """Who holds a role today."""
    rows = role.memberships.current().select_related("user", "team__area", "team__organisation", "area", "role")
    return rows.order_by("user__name")


def areas() -> QuerySet[Area]:
    """The tree, from the top down, but for small areas: nobody answers for one."""
    return Area.objects.exclude(kind=Area.Kind.SMALL_AREA)


def answers_for(area: Area) -> QuerySet[Membership]:
    """Who answers for an area today: people whose own area it is, or whose team's."""
    mine = Q(area=area) | Q(area__isnull=True, team__area=area)
    rows = Membership.objects.current().filter(mine, user__is_active=True)
    return rows.select_related("user", "role", "team").order_by("role__name", "user__name")


def _current_memberships() -> QuerySet[Membership]:
    return Membership.objects.current().select_related("team", "role").order_by("-valid_from")


def _people_today() -> Count:
    day: datetime.date = timezone.localdate()
    begun, goes_on = Q(memberships__valid_from__lte=day), Q(memberships__valid_to__isnull=True)
    still = goes_on | Q(memberships__valid_to__gte=day)
    return Count("memberships__user", filter=begun & still & Q(memberships__user__is_active=True), distinct=True)
