"""What shall we do: where posts are put, and patrols of hot spots.

allocation  posts by four ways side by side, and what each costs the others
patrol      short stops in hot spots, and the dose delivered
"""
