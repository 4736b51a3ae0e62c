//! Checks the coverage of the lines that a change touches.
