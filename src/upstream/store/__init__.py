"""Delta tables: commit, versions, reading scopes and their log. Knows no domain."""

from upstream.store.scopes import ReadingScope, open_table
from upstream.store.tables import Store
from upstream.store.versions import Commit, Snapshot, mark_personal

__all__ = ["Commit", "ReadingScope", "Snapshot", "Store", "mark_personal", "open_table"]
