FROM python:3.13.9-slim-bookworm

RUN useradd --system --create-home jiandu
WORKDIR /opt/jiandu

# The packages first, so that a change to our own code does not fetch them again.
COPY pyproject.toml constraints.txt README.md ./
RUN python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"], sep="\n")' \
      > /tmp/requirements.txt \
    && pip install --no-cache-dir -c constraints.txt -r /tmp/requirements.txt

# Editable, so that the laws, the grammar and the SQL are read where they lie.
COPY . .
RUN pip install --no-cache-dir --no-deps -e .

USER jiandu
EXPOSE 8000
CMD ["jiandu", "serve", "--host", "0.0.0.0"]
