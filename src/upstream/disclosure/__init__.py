"""Small numbers: what may be printed for whom.

setting      who reads: internal (everything) or public
relations    which cells of a table add up to which
suppression  cells of a table withheld, and others with them so that totals and differences give nothing away
differencing counts of overlapping groups, answered one after another
rounding     counts rounded so that totals are sums of what is printed
"""
