"""Serving videos side by side with the peers, on one machine in one run: ``make bench``.

Not part of the package that is installed. Needs Linux: what a server costs is read from ``/proc``.
"""
