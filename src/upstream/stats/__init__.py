"""Statistics on arrays: arrays in, frozen results out, no words of the trade and no data frames.

limits             control limits of a series from its baseline
count_limits       limits suited to counts, and the rule that chooses among limits
run_rules          special causes of every point as a set of flags
false_alarms       what a wall of charts flags by chance; Benjamini-Hochberg q values
wall               limits, flags and rolling sums of a whole wall in one pass
shuffles           values dealt out anew, for tests by permutation
knox               pairs near in place and in time, beside what chance gives
scan_statistic     circles and cylinders with more events than there were to expect
time_to_next       how soon again, where for many the wait is not over
multinomial        whether a few counts are more uneven than chance, exactly
repeats            distinct and repeat persons by month
rates, intervals   rates, changes and their intervals
displacement       changes of treated places, and about them, against places left alone
before_after       counts before and after, alone and against a comparison, over-dispersed or not
count_regression   Poisson, binomial and negative binomial regression, and errors that hold
interrupted        the path of a series before, and what was seen after
difference_in_differences  changes of treated units against changes of others, at once or in steps
power              before anything is done: how small a change of a count is likely to be seen
falling_back       regression to the mean: what a place chosen for a bad time would count with nothing done
follow_up          groups of people beside a published rate, or another group over time
dose               whether more delivery went with more effect
survey_change      shares of surveys with a design effect, and what goes with an answer
comparisons        tests of two counts, two proportions, two survey waves
quantiles          quantiles of values and of exact histograms, with intervals
peers              a rank among peers, with its interval
structure, forecast  paths of a monthly series; projections; probability of meeting a target
yardstick          the probability yardstick
scores, backtest   how well past forecasts did, and forecasts made as if in the past
"""
