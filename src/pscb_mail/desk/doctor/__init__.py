"""The doctor: is everything in place, what does it mean where it is not, what is to be done. One module a subject."""
