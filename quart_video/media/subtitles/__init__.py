"""Captions in any form become WebVTT. Pure, but for what is inside videos.

Rule 1: what a file holds is shown as far as it can be read; a bad line costs itself.
Rule 2: a file without anything to show fails, and says why. It never becomes an empty track.
Rule 3: the work is linear in the length of the file, whatever stands in it.
"""
