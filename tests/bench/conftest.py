"""The benchmark is no part of the packages: it is found at the root of the project."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))
