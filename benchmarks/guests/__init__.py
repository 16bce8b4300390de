"""Proof that guests' quotas and slots hold exactly, over processes that run and die."""
