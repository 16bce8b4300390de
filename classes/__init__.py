"""Classes, enrollments and profiles; creating, joining, and who may do what in a class."""
