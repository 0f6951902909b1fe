"""The steps a signal may take, as one table."""

from upstream_web.signals.models import State

TRANSITIONS: dict[str, tuple[str, ...]] = {
    "": (State.WAITING,),
    State.WAITING: (State.NEW, State.WATCHED, State.ACCEPTED, State.DISMISSED),
    State.NEW: (State.WATCHED, State.ACCEPTED, State.DISMISSED),
    State.WATCHED: (State.ACCEPTED, State.DISMISSED),
    State.ACCEPTED: (),
    State.DISMISSED: (State.WATCHED,),
}


def may_become(state: str, to_state: str) -> bool:
    """Whether a signal may come from one state to another."""
    return to_state in TRANSITIONS[state]
