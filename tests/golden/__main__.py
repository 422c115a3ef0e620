"""Make the golden reports again."""

from tests.golden.reports import write_golden

if __name__ == "__main__":
    write_golden()
