#!/usr/bin/env bash
# What `benchmarks.gpu` needs beside JAX, PyTorch, NumPy, SciPy, pytest and hypothesis, as wheels to
# carry to a machine that has those and no network.
#
#   bash benchmarks/gpu/wheels.sh download wheels [3.12]   # where there is a network; the Python there
#   bash benchmarks/gpu/wheels.sh install wheels           # there: into wheels/site, beside its own
#   PYTHONPATH=wheels/site:shared:. python3 -m benchmarks.gpu
set -euo pipefail

# No TensorFlow. Versions as everywhere in the project.
packages="keras namex optree absl-py h5py ml_dtypes packaging rich markdown-it-py mdurl Pygments
  tyro docstring_parser typeguard typing_extensions charset-normalizer regex"

case "${1:-} ${2:-}" in
"download "?*)
  version=${3:-3.12}
  pins=$(mktemp)
  trap 'rm -f "$pins"' EXIT
  grep -vE '^(numpy|scipy|jax|jaxlib|torch)==' "$(dirname "$0")/../../constraints.txt" >"$pins"
  # shellcheck disable=SC2086
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$2" \
    --only-binary=:all: --python-version "$version" --constraint "$pins" $packages
  python3 -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$2" \
    "$(dirname "$0")/../.."
  du -sh "$2"
  ;;
"install "?*)
  python3 -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-compile \
    --target "$2/site" "$2"/*.whl
  ;;
*)
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 2
  ;;
esac
