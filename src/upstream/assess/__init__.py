"""Did it work, what was it worth, and how sure are we.

Modules by what they are asked; the first line of each says how.

The data: what was treated, from when, beside what   panel period_labels periods_written overlaps panel_data of_records
Before it starts                                     design design_of_records design_of_people
One question, every method, the strongest answers    ladder methods standing
A method: counts before and after                    counts
... the path of a series                             series structural
... many places                                      differences synthetic micro_synthetic
... turns dealt by chance; more of it                rollout dose
... programmes and surveys: groups, never one person groups drivers
What one method found, and in words                  finding in_words kept
What it was worth                                    value answer_value unit_value worth_words quoted
"""
