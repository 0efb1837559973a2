"""Fitgate on several hosts: a Galera cluster, and a primary with a replica."""
