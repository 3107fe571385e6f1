"""What the stages of jobs do, each in a process of its own; ``ispace.jobs.kinds`` says which belong to which job."""
