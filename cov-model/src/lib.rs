//! What the cov tools agree on: report, merge algebra, JSON, Cobertura, configuration.
