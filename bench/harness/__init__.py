"""The measuring tools: sample records, workloads, timing, memory, and counts of bytecodes."""
