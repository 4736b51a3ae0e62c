//! Renders a coverage report for people and for other tools.
