# Databricks notebook source
# MAGIC %md
# MAGIC # ModelValidation
# MAGIC Holds the new version against the one in use. Stops the job when it must not take over.

# COMMAND ----------

import os
import sys

sys.path.append(os.path.abspath("../.."))

# COMMAND ----------

dbutils.widgets.text("model_name", "dev.churn.churn-model", "Registered model")

# COMMAND ----------

from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from validation.ranking import objections

client = MlflowClient(registry_uri="databricks-uc")
name = dbutils.widgets.get("model_name")
version = dbutils.jobs.taskValues.get("Train", "model_version", debugValue="1")


def auc_of(version):
    return client.get_run(version.run_id).data.metrics["auc"]


try:
    champion = auc_of(client.get_model_version_by_alias(name, "champion"))
except MlflowException as error:
    if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
        raise
    champion = None  # No version has been put to use yet.

found = objections(auc_of(client.get_model_version(name, version)), champion)
if found:
    raise RuntimeError(f"version {version} of {name} must not be used: {'; '.join(found)}")
