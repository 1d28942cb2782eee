"""Benchmarks: ratios measured in one run against floors on the same machine. See README.md beside this file."""
