# The service: web by default; compose.yaml and Procfile name its other processes.
#
#     docker build --tag stem-backend .
#     docker run --env-file .env --publish 8001:8001 stem-backend

# The Python that requirements.txt is pinned for.
FROM python:3.11-slim-bookworm AS packages
COPY requirements.txt requirements-tracing.txt /
RUN python -m venv /venv \
    && /venv/bin/python -m pip install --no-cache-dir --require-hashes --requirement /requirements.txt \
    && /venv/bin/python -m pip install --no-cache-dir --require-hashes --requirement /requirements-tracing.txt

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin stem
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py ./
COPY deploy deploy
COPY stemcore stemcore
COPY classes classes
COPY materials materials
COPY learning learning
COPY chat chat
COPY analytics analytics
COPY docs/openapi.yaml docs/
# The settings must be whole to be read; nothing of these three is asked for or kept.
RUN python -m compileall -q . \
    && DJANGO_SECRET_KEY=unused DJANGO_ALLOWED_HOSTS=unused DATABASE_URL=postgresql://unused@unused/unused \
    python manage.py collectstatic --no-input --verbosity 0
USER 10001
EXPOSE 8001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8001/healthz', timeout=2)"]
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0", "--port", "8001", "--workers", "2", "--grace", "20"]
