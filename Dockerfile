# One image, one console script a service: windlass-indexer, windlass-graphql, windlass serve.
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements-build.txt requirements.txt ./
RUN python -m venv /opt/windlass \
    && /opt/windlass/bin/pip install --no-cache-dir --require-hashes -r requirements-build.txt \
    && /opt/windlass/bin/pip install --no-cache-dir --require-hashes --no-build-isolation -r requirements.txt
COPY . .
RUN /opt/windlass/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
COPY --from=build /opt/windlass /opt/windlass
ENV PATH=/opt/windlass/bin:$PATH PYTHONUNBUFFERED=1
RUN useradd --system --no-create-home windlass
USER windlass
