"""Keeps the index in step with the storage: scans, revalidation and watching."""
