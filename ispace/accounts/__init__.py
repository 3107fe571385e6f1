"""Who may sign in to the studio, how, and what they may do there; knows nothing of HTTP."""
