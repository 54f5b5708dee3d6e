"""cicdpack: build, verify and apply the CI/CD bundle of Databricks MLOps Stacks repositories."""

__version__ = "0.1.0"
