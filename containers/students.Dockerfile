# JupyterLab with the assignments and their checks; no answers, no grader.
#   docker build -f containers/students.Dockerfile -t gradients-students .
#   docker run --rm -p 8888:8888 gradients-students
FROM python:3.11.14-slim-bookworm

RUN useradd --create-home --uid 1000 student
WORKDIR /home/student

# The versions are those of requirements.txt, which every other machine of the course installs, too.
COPY requirements.txt containers/students.txt /tmp/
RUN pip install --no-cache-dir --disable-pip-version-check -r /tmp/students.txt -c /tmp/requirements.txt

# The checks alone: they need nothing else of the course.
COPY autograder/__init__.py /opt/checks/autograder/__init__.py
COPY autograder/checks /opt/checks/autograder/checks
ENV PYTHONPATH=/opt/checks

COPY --chown=1000:1000 exercises exercises
USER 1000
EXPOSE 8888
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser", "--ServerApp.root_dir=/home/student/exercises"]
