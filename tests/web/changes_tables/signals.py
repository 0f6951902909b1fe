"""How to call each change of signals, and how each is refused."""

from functools import partial

from factories.people import AreaFactory, UserFactory, person
from factories.signals import LookFactory, SignalFactory, found, plain
from upstream_web.audit.changes import System
from upstream_web.people.access import require
from upstream_web.people.permissions import Permission
from upstream_web.signals import access, changes
from upstream_web.signals.models import State

NIGHT = System("signals_propose")


def decider(signal):
    return person(Permission.SIGNAL_READ, Permission.SIGNAL_DECIDE, area=signal.area)


def take_in():
    AreaFactory(code="A")
    return partial(changes.take_in, found=found([plain()]), by=NIGHT)


def let_in():
    SignalFactory(state=State.WAITING)
    return partial(changes.let_in, by=NIGHT, look=LookFactory())


def ask_to_look():
    return partial(changes.ask_to_look, by=UserFactory())


def ask_to_look_at():
    return partial(changes.ask_to_look_at, tables={"crimes": 7}, by=NIGHT)


def deciding(change, **given):
    signal = SignalFactory()
    return partial(change, signal=signal, by=decider(signal), **given)


def watch():
    return deciding(changes.watch, words="Look again in July")


def dismiss():
    return deciding(changes.dismiss, reason="false", words="A double upload")


def accept():
    return deciding(changes.accept, words="Plan P2026-0001")


def no_force():
    return partial(changes.take_in, found=found([plain()]), by=NIGHT)


def note_list():
    return partial(changes.note_list, by=UserFactory(), ending="csv", signals=3)


def list_by_nobody():
    every_other = (one for one in Permission if one != Permission.SIGNAL_READ)
    return partial(require, person(*every_other), Permission.SIGNAL_READ)


def without_a_reason():
    return deciding(changes.dismiss, reason="", words="No")


def settled(change, **given):
    signal = SignalFactory(state=State.ACCEPTED)
    return partial(change, signal=signal, by=decider(signal), **given)


def accepted_already():
    return settled(changes.accept, words="Plan P2026-0002")


def watched_after_all():
    return settled(changes.watch)


def dismissed_after_all():
    return settled(changes.dismiss, reason="false", words="No")


def by_a_reader():
    signal = SignalFactory()
    return partial(access.signal_for_deciding, person(Permission.SIGNAL_READ, area=signal.area), signal.pk)


def from_elsewhere():
    other = person(Permission.SIGNAL_READ, Permission.SIGNAL_DECIDE, area=AreaFactory())
    return partial(access.signal_for_deciding, other, SignalFactory().pk)


def look_by_a_reader():
    return partial(require, person(Permission.SIGNAL_READ), Permission.SIGNAL_DECIDE)


ASKING = (ask_to_look, ask_to_look_at)
CALLS = {one.__name__: one for one in (take_in, let_in, *ASKING, note_list, watch, dismiss, accept)}
WRITES = {
    "take_in": ("signal.proposed", "signals.looked", "signal.new"),
    "let_in": ("signal.new",),
    "ask_to_look": ("run.asked_for",),
    "ask_to_look_at": ("run.asked_for",),
    "note_list": ("signals.file_taken",),
    "watch": ("signal.watched",),
    "dismiss": ("signal.dismissed",),
    "accept": ("signal.accepted",),
}
REFUSED = {
    "take_in": (no_force,),
    "ask_to_look": (look_by_a_reader,),
    "note_list": (list_by_nobody,),
    "watch": (watched_after_all, by_a_reader, from_elsewhere),
    "dismiss": (without_a_reason, dismissed_after_all, by_a_reader, from_elsewhere),
    "accept": (accepted_already, by_a_reader),
}
NO_PERSON_ASKS = {"let_in": "a part of every look", "ask_to_look_at": "a command asks"}
