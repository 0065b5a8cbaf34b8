# One image for web, worker and beat; docker-compose.yml says which it is.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --create-home --uid 10001 microcred
WORKDIR /srv/microcred

COPY requirements/runtime.txt requirements/
RUN pip install --require-hashes -r requirements/runtime.txt

COPY --chown=microcred:microcred manage.py pyproject.toml ./
COPY --chown=microcred:microcred microcred microcred
COPY --chown=microcred:microcred badges badges
COPY --chown=microcred:microcred cohorts cohorts
COPY --chown=microcred:microcred submissions submissions
COPY --chown=microcred:microcred reviews reviews
COPY --chown=microcred:microcred templates templates
COPY --chown=microcred:microcred static static
RUN mkdir -p var/documents && chown -R microcred:microcred var

USER microcred
# A key for this one step: collecting static files signs nothing.
RUN SECRET_KEY=collecting-static-files-signs-nothing-so-any-key-will-do-here python manage.py collectstatic --noinput

EXPOSE 8000
CMD ["gunicorn", "microcred.wsgi", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=8", \
     "--no-control-socket", "--access-logfile=-", "--forwarded-allow-ips=*"]
