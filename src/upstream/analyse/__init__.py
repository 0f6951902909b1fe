"""Why is it happening: the records of one problem, by when, where, what and who again; and where need is greatest.

Modules by the question; the first line of each says how.

One problem in one call       problem_profile profile_counts kept
When, and whom                when timing monthly people
Where, and what is near       near_by alike similar
What the police do not see    overlay overlay_kept
Which small areas need most   needs small_area_needs needs_kept index_definition index_moves typology
"""
