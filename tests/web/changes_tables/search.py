"""How to call each change of the word index: parts of the changes that write the objects, which are audited."""

from functools import partial

from factories.problems import PlanFactory
from upstream_web.search import changes


def index():
    return partial(changes.index, of=PlanFactory(), texts={"": {8: "Quiet lane"}})


def index_anew():
    return partial(changes.index_anew, objects=[PlanFactory()])


CALLS = {"index": index, "index_anew": index_anew}
WRITES = {"index": (), "index_anew": ()}
REFUSED = {}
NO_PERSON_ASKS = {"index": "a part of other changes", "index_anew": "the operator's command"}
