# Databricks notebook source
# MAGIC %md
# MAGIC # Train
# MAGIC Trains the model on settled transactions and registers it as a new version.

# COMMAND ----------

# MAGIC %pip install -q -r ../../requirements.txt

# COMMAND ----------

dbutils.library.restartPython()

# COMMAND ----------

import os
import sys

# The folder of the project, so that the notebook uses the modules that the unit tests test.
sys.path.append(os.path.abspath("../.."))

# COMMAND ----------

dbutils.widgets.dropdown("env", "dev", ["dev", "test", "staging", "prod"], "Target of the bundle")
dbutils.widgets.text("training_table", "hive_metastore.payments.settled_transactions", "Table of settled transactions")
dbutils.widgets.text("experiment_name", "", "MLflow experiment")
dbutils.widgets.text("model_name", "dev-fraud-detector-model", "Registered model")
dbutils.widgets.text("git_source_info", "", "Where the code is from")

# COMMAND ----------

import tempfile
from pathlib import Path

import mlflow
from training.features import FEATURES, feature_row
from training.model import FraudModel, train
from validation.gate import quality

# Gradient descent in plain Python is fine for a sample; the model has a handful of weights.
SAMPLE = 20_000 if dbutils.widgets.get("env") != "test" else 2_000

newest_first = spark.table(dbutils.widgets.get("training_table")).orderBy("settled_at", ascending=False)
transactions = [row.asDict() for row in newest_first.limit(SAMPLE).collect()]
# The newest fifth is held out: the model is used on transactions that are newer than those it has learnt from.
cut = len(transactions) // 5
held_out, history = transactions[:cut], transactions[cut:]

# COMMAND ----------


class Scorer(mlflow.pyfunc.PythonModel):
    """Feature rows in, probabilities out."""

    def load_context(self, context):
        self.model = FraudModel.from_json(Path(context.artifacts["model"]).read_text(encoding="utf-8"))

    def predict(self, context, model_input, params=None):
        return [self.model.probability(row) for row in model_input[list(FEATURES)].to_numpy().tolist()]


# The model registry of the workspace: this project does not use Unity Catalog.
mlflow.set_registry_uri("databricks")
if dbutils.widgets.get("experiment_name"):
    mlflow.set_experiment(dbutils.widgets.get("experiment_name"))

with mlflow.start_run() as run, tempfile.TemporaryDirectory() as folder:
    model = train([feature_row(t) for t in history], [bool(t["is_fraud"]) for t in history])
    probabilities = [model.probability(feature_row(t)) for t in held_out]
    figures = quality(probabilities, [bool(t["is_fraud"]) for t in held_out])
    mlflow.log_metrics({"precision": figures.precision, "recall": figures.recall, "size": figures.size})
    mlflow.set_tag("git_source_info", dbutils.widgets.get("git_source_info"))
    artifact = Path(folder, "model.json")
    artifact.write_text(model.to_json(), encoding="utf-8")
    mlflow.pyfunc.log_model(
        "model",
        python_model=Scorer(),
        artifacts={"model": str(artifact)},
        code_paths=["../../training"],
        registered_model_name=dbutils.widgets.get("model_name"),
    )

# COMMAND ----------

from mlflow.tracking import MlflowClient

versions = MlflowClient(registry_uri="databricks").search_model_versions(f"run_id = '{run.info.run_id}'")
dbutils.jobs.taskValues.set("model_version", versions[0].version)
