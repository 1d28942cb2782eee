# Essaim, served by an unprivileged user from an image without build tools.

FROM python:3.13-slim-trixie AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/essaim
ENV PATH=/opt/essaim/bin:$PATH
WORKDIR /src

# The pinned dependencies first: they change less often than the code.
COPY requirements.lock ./
RUN pip install --require-hashes --only-binary :all: -r requirements.lock

COPY pyproject.toml LICENSE README.md ./
COPY app app
COPY migrations migrations
RUN pip install --no-index --no-deps --no-build-isolation .


FROM python:3.13-slim-trixie

RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/essaim --shell /usr/sbin/nologin essaim
COPY --from=build /opt/essaim /opt/essaim

ENV PATH=/opt/essaim/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ESSAIM_DATABASE_URL=sqlite:////var/lib/essaim/essaim.db \
    ESSAIM_LOG_FORMAT=json

USER essaim
WORKDIR /var/lib/essaim
EXPOSE 8000

HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

ENTRYPOINT ["essaim"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
