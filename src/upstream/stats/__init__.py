"""Statistics on arrays: arrays in, frozen results out, no words of the trade and no data frames.

Modules by the question they answer; the first line of each says how.

Is a month unusual?                  limits count_limits attribute_charts run_rules ewma level_shifts
Of many charts, which?               wall false_alarms
Where is it going?                   structure forecast trend
How good were forecasts?             backtest scores
Do two counts or shares differ?      comparisons intervals rates survey_change
How do values lie?                   quantiles multinomial aoristic
Where is one among its peers?        peers similarity
Places: what is near, dense, alike?  points neighbours density local_association rate_smoothing
... where is too much?               unusual_places scan_statistic scan_kernels
... how concentrated, and does it last?  concentration stability weighted_totals
After one event, another?            knox time_to_next repeats
What does a second source see?       shared_counts
Many indicators as one, as classes?  composite classes
Before it is done: what would be seen?  power power_of_shares falling_back
Did it work: before and after        before_after displacement
... a series                         interrupted structural
... many places                      difference_in_differences synthetic_control synthetic_did mixtures
... many small places                calibrated_weights weighted_comparisons
... dealt by chance, in steps        rollouts
... more of it                       dose
... people, as a group               follow_up
What do several studies say?         pooling
What tests and limits rest on        distributions shuffles count_regression empirical_calibration
A probability in words               yardstick
"""
