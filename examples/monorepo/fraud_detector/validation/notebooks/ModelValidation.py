# Databricks notebook source
# MAGIC %md
# MAGIC # ModelValidation
# MAGIC Holds the new version against the one in use. Stops the job when it must not take over.

# COMMAND ----------

import os
import sys

sys.path.append(os.path.abspath("../.."))

# COMMAND ----------

dbutils.widgets.text("model_name", "dev-fraud-detector-model", "Registered model")
dbutils.widgets.dropdown("mode", "enforce", ["enforce", "report"], "What an objection does")

# COMMAND ----------

from mlflow.tracking import MlflowClient
from validation.gate import Quality, objections

client = MlflowClient(registry_uri="databricks")
name = dbutils.widgets.get("model_name")
version = dbutils.jobs.taskValues.get("Train", "model_version", debugValue="1")


def quality_of(version):
    metrics = client.get_run(version.run_id).data.metrics
    return Quality(precision=metrics["precision"], recall=metrics["recall"], size=int(metrics["size"]))


in_use = client.get_latest_versions(name, ["Production"])
champion = quality_of(in_use[0]) if in_use else None
found = objections(quality_of(client.get_model_version(name, version)), champion)
for objection in found:
    print(f"version {version}: {objection}")
if found and dbutils.widgets.get("mode") == "enforce":
    raise RuntimeError(f"version {version} of {name} must not be used: {'; '.join(found)}")
