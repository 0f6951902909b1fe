"""Did it work, what was it worth, and how sure are we.

finding   what one method found: effect, what it rests on, how sure; the same for a page, a paper and a pool of results
panel     counts by place and period, what was treated from when, and what may be compared; unusable data are refused
design    before it starts: what to compare with, how small an effect would be seen, what comes by itself
ladder    the strongest method that the data carry answers, the rest check it, disagreement is said aloud
in_words  a finding in plain words
synthetic  a mixture of places where nothing was done, made like the treated one before
structural  a wandering level, a season and controls: the series as it would have been
rollout  turns dealt by chance, dealt again
micro_synthetic  many small areas where nothing was done, weighted to be exactly like the treated ones before
counts    counts before and after, alone, against a comparison, with what moved near by
series    the path of a series before, carried on
differences  changes of treated places against changes of others, at once or in steps
groups    programmes and surveys: groups of people, never one
methods   the methods that it asks, each with what it cannot do without
of_records  a panel counted from recorded events
value     what an effect was worth, with how unsure it is carried through
kept      an answer as plain data and back
"""
