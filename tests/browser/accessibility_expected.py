"""What assistive technology is to be told, and in which order the keyboard is to go."""
