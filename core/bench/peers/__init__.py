"""The same cases in each library: a module has CASES from names to functions that prepare a call."""
