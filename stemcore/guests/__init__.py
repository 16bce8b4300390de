"""What guests may use of the AI: sandbox, quota and slot.

A guest's request has one row in `GuestAdmission` while it is in work. The row is the reserved use
of its feature, and while it is active it is the slot. Rows are leases: the process that answers
the request renews them, and a row that nobody renews is swept, with all it held.
"""
