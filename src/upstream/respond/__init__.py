"""What shall we do: where posts are put, and patrols of hot spots.

allocation     posts by four ways side by side, and what each costs the others
patrol_places  where and at what hours patrols would stop
patrol         short stops in hot spots, and the dose delivered
"""
