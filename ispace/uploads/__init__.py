"""Files that editors send, resumable after any interruption; knows nothing of HTTP.

``upload`` is what is known of one, ``records`` and ``locks`` keep that on disk, ``store`` begins, finishes and sweeps,
``reception`` takes one request's bytes, ``media`` says what may come, ``naming`` cleans what clients call their files,
``fingerprint`` recognises a file before it is sent, ``rules`` is what the rest of iSpace decides, ``ledger`` decides it
with the database.
"""
