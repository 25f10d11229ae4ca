# The grader, made by the steps that README gives for any Debian machine.
#   docker build -f containers/grading.Dockerfile -t gradients-grading .
#   docker run --rm -v "$PWD/course:/srv/course" gradients-grading grade --course /srv/course
# docs/guide/containers.md tells which confinement a container allows.
FROM debian:12.12-slim

# Debian moves only mended versions into a stable release, and keeps no others.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap ca-certificates git make python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/gradients
COPY . .
RUN PIP_NO_CACHE_DIR=1 make environment exercises \
 && git config --system --add safe.directory /opt/gradients

ENV PATH=/opt/gradients/.venv/bin:$PATH OMP_NUM_THREADS=1
ENTRYPOINT ["autograder"]
CMD ["--help"]
