"""Proof that no material is lost or stored twice, whatever becomes of the workers."""
