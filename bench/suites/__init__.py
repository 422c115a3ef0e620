"""What `python -m bench` measures. Each module has one function `measure` and its sizes."""
