FROM python:3.13-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 DATA_DIR=/data XDG_CACHE_HOME=/tmp/cache

# WeasyPrint's libraries, and a typeface that has every Vietnamese letter.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 fonts-liberation2 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --home-dir /data khuyencong \
    && install -d -o khuyencong /data

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN python -m compileall -q .

USER khuyencong
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "khuyencong.wsgi", "--bind", "0.0.0.0:8000", "--preload", "--workers", "4", \
     "--worker-class", "gthread", "--threads", "2", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", \
     "--timeout", "60", "--access-logfile", "-"]
