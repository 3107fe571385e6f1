# Sourced by run, test and check: finds a Python that is new enough, names the steps and remembers which failed.

# Sets $python to ISPACE_PYTHON or to the first Python of 3.11 or newer; a name may be there and not run (pyenv).
find_python() {
    local name
    for name in ${ISPACE_PYTHON:+"$ISPACE_PYTHON"} python3 python python3.{14,13,12,11}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            python=$name
            return
        fi
    done
    echo "Không thấy Python 3.11 trở lên. Cài Python mới hơn, hoặc đặt ISPACE_PYTHON trỏ tới nó, rồi chạy lại." >&2
    echo "There is no Python 3.11 or newer. Install one, or let ISPACE_PYTHON point to it, and run again." >&2
    exit 1
}

failed=()

# step NAME COMMAND…: run it under a heading; what fails is told at the end, and the other steps run all the same.
step() {
    local name=$1
    shift
    printf '\n== %s\n' "$name"
    "$@" || failed+=("$name")
}

lint_and_types() {
    step "ruff check" ruff check ispace tests scripts
    step "ruff format" ruff format --check ispace tests scripts
    step "mypy" mypy
    step "tsc" npm run --silent types
}

# Ends the script: 0 where every step passed, else 1 after naming those that failed.
summary() {
    if [ ${#failed[@]} -gt 0 ]; then
        printf '\nfailed:%s\n' "$(printf ' %s;' "${failed[@]}")"
        exit 1
    fi
    exit 0
}
