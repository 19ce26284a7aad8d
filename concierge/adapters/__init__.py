"""The sockets in the wall: one file or folder for each outside thing a port speaks to."""
