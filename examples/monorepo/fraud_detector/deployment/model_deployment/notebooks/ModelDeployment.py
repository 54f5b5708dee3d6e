# Databricks notebook source
# MAGIC %md
# MAGIC # ModelDeployment
# MAGIC Puts the validated version to use: scoring loads whatever is in stage `Production`.

# COMMAND ----------

dbutils.widgets.text("model_name", "dev-fraud-detector-model", "Registered model")

# COMMAND ----------

from mlflow.tracking import MlflowClient

name = dbutils.widgets.get("model_name")
version = dbutils.jobs.taskValues.get("Train", "model_version", debugValue="1")
MlflowClient(registry_uri="databricks").transition_model_version_stage(
    name, version, stage="Production", archive_existing_versions=True
)
print(f"version {version} of {name} is in use")
