"""What is happening, and where: places and days that stand out, and the signals that a person is shown.

Modules by what is looked for; the first line of each says how.

Places with more than their share    hot_spots hot_spot_answer emerging concentration concentration_answer
New clusters; one crime after another clusters near_repeat raised_risk repeats
Did the map say where?               back_test
Counts that are exceptional          exceptional volumes shifts
Signals: one look, night by night    nightly night signals merging calibration
... of what kind                     point_signals repeat_locations partner_only data_faults
... never of one home               households
What a scan reads                    study dated monthly_counts read_facts
Rows for pages and files             event_rows place_rows signal_rows
"""
