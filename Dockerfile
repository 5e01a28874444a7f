FROM python:3.11-slim

# Compiled bytecode saves seconds at each start; the development tools stay out.
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_DEV=1 UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv \
    && useradd --create-home --uid 10001 nija \
    && install -d -o nija -g nija -m 0700 /data

WORKDIR /app
# Dependencies first: they change less often than the code.
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-install-project
COPY . .
RUN uv sync --locked

USER nija
ENV NIJA_DATA_DIR=/data PATH=/app/.venv/bin:$PATH
VOLUME /data
# Stopping finishes what is in flight: give it `docker stop --time 60` or `stop_grace_period: 60s`.
STOPSIGNAL SIGTERM
CMD ["nija", "run"]
