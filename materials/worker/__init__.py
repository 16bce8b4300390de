"""The worker of the queue: `process_materials`, and the service itself in local mode."""
