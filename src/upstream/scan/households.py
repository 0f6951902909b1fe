"""Nothing about one person or one household is a signal: what is left of some records without their busiest one."""

from __future__ import annotations

from collections.abc import Sequence


def left_without_one(by_address: Sequence[int], by_victim: Sequence[int]) -> int:
    """Records that remain without those of the busiest address, or without those of the most frequent victim.

    Parameters
    ----------
    by_address
        Records at each address (a pair of coordinates); every record is in one. An address may be one household, so a
        record whose address is not known counts as at the same one.
    by_victim
        Records of each person who was a victim; records without such a person are left out. Empty: nobody is known.

    Returns
    -------
    int
        0 when all are at one address, or all of one victim: such records are never a signal. A signal must stand with
        what remains.
    """
    total = sum(by_address)
    return total - max([*by_address, *by_victim], default=0)
