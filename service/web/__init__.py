"""HTTP's own concerns: bodies, problems, access, operations, the API's description."""
