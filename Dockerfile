# syntax=docker/dockerfile:1
# One image for every process of Thor: web, heartbeat, worker, and what prepares the database (docker-compose.yml).

FROM node:22.20.0-bookworm-slim AS frontend
WORKDIR /build
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

FROM python:3.11.13-slim-bookworm AS wheels
WORKDIR /build
COPY requirements.txt ./
RUN pip wheel --no-cache-dir --wheel-dir /wheels --requirement requirements.txt

FROM python:3.11.13-slim-bookworm AS runtime
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN groupadd --gid 10001 thor && useradd --uid 10001 --gid thor --no-create-home --shell /usr/sbin/nologin thor
WORKDIR /app
COPY requirements.txt ./
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels --requirement requirements.txt
COPY manage.py LICENSE ./
COPY bulk/ bulk/
COPY realtime/ realtime/
COPY jobs/ jobs/
COPY identity/ identity/
COPY cutover/ cutover/
COPY GlobalMarkets/ GlobalMarkets/
COPY ThorTrading/ ThorTrading/
COPY thor_project/ thor_project/
COPY deploy/healthy.py deploy/healthy.py
COPY --from=frontend /build/dist/ frontend/dist/
# Readable, whatever the umask of the checkout was; thor writes into var alone.
RUN chmod -R a+rX . && mkdir -p var/static && chown -R thor:thor var
USER thor
EXPOSE 8000
# A web process, unless the command is another's; then docker-compose.yml says how to ask it.
ENV HOST=0.0.0.0 PORT=8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "deploy/healthy.py", "web"]
CMD ["python", "manage.py", "serve"]
