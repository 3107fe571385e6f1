"""Durable jobs: work that outlives every process, asked for in the web process and done by workers elsewhere.

``jobs`` is what asks and looks, with the kinds in ``kinds``; ``queueing.prepare`` makes the tables of the queues once;
``worker`` and what it starts do the work.
"""
