"""People, bodies, teams, roles and areas for tests."""

import datetime
import zlib

import factory
from django.conf import settings

from factories.signing_in import second_step
from upstream_web.people.models import Membership, Organisation, Role, Team, User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area

BEGIN = datetime.date(2020, 4, 1)


class AreaFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Area

    code = factory.Sequence(lambda n: f"AREA{n}")
    name = factory.LazyAttribute(lambda o: f"Area {o.code}")
    kind = Area.Kind.POLICING_AREA
    path = factory.LazyAttribute(lambda o: f"{o.parent.path if o.parent else ''}{o.code}/")
    parent = None


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisation {n}")
    kind = Organisation.Kind.FORCE
    valid_from = BEGIN


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")
    kind = Team.Kind.NEIGHBOURHOOD
    organisation = factory.SubFactory(OrganisationFactory)
    area = factory.SubFactory(AreaFactory)
    valid_from = BEGIN


class RoleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Role
        django_get_or_create = ("key",)

    key = "neighbourhood_officer"
    name = factory.LazyAttribute(lambda o: o.key.replace("_", " ").capitalize())
    description = "A role for tests."
    permissions = factory.LazyFunction(lambda: [Permission.PLAN_START.value])


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@force.example")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password("a long enough password")


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    team = factory.SubFactory(TeamFactory)
    role = factory.SubFactory(RoleFactory)
    valid_from = BEGIN


def person(
    *permissions: Permission,
    team: Team | None = None,
    area: Area | None = None,
    without_second_step: bool = False,
    **fields: object,
) -> User:
    """A person who may do just these things, in a team of their own unless one is given.

    With the second step of signing in that a permission asks for, unless the test is about lacking it.
    """
    names = "-".join(sorted(permission.name.lower() for permission in permissions))
    key = f"role-{names[:36]}-{zlib.crc32(names.encode()):x}"
    role = RoleFactory(key=key, permissions=[permission.value for permission in permissions])
    user = UserFactory(**fields)
    MembershipFactory(user=user, team=team or TeamFactory(), role=role, area=area)
    if not without_second_step and {*permissions} & {*settings.SECOND_STEP_FOR}:
        second_step(user)
    return user
