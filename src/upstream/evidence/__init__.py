"""What is known of an intervention, here and elsewhere, put together.

synthesis  results of several places pooled: the effect, how far places differ, whether only good news is filed
"""
