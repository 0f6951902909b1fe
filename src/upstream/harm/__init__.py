"""What crimes weigh: harm weights and unit costs, each with its source, its date and how far it is checked.

weights  days of harm a crime, by category and offence code
costs    pounds a crime, of one price year
totals   counts weighed: sums that say how much of them is checked
prices   one year's prices in those of another; figures that are often quoted
assumptions  shares taken off for optimism; who bears which kind of cost
"""
