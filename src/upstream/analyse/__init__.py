"""Why is it happening: the records of one problem, by when, where, what and who again.

when            hours of the week of crimes whose time is known only as a span
monthly         counts by month with the limits of their year
profile_counts  one place, some types, some months: everything counted at once
kept            a profile as plain data and back
"""
