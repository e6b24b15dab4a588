"""Listing and searching: what a folder, a page and a search cost, beside others who list."""

from benchmarks.listing.peers import PEERS, QUICK
from benchmarks.listing.shelves import Shelves, warm
from benchmarks.listing.targets import TARGETS
from benchmarks.listing.workloads import WORKLOADS

__all__ = ["PEERS", "QUICK", "TARGETS", "WORKLOADS", "Shelves", "warm"]
