"""The demo: a small school on the embedded Postgres, made on the first start."""
