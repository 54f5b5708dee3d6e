# Databricks notebook source
# MAGIC %md
# MAGIC # ModelDeployment
# MAGIC Puts the validated version to use: scoring loads whatever carries the alias `champion`.

# COMMAND ----------

dbutils.widgets.text("model_name", "dev.churn.churn-model", "Registered model")

# COMMAND ----------

from mlflow.tracking import MlflowClient

name = dbutils.widgets.get("model_name")
version = dbutils.jobs.taskValues.get("Train", "model_version", debugValue="1")
MlflowClient(registry_uri="databricks-uc").set_registered_model_alias(name, "champion", version)
print(f"version {version} of {name} is in use")
