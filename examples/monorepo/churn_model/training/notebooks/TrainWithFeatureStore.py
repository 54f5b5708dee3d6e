# Databricks notebook source
# MAGIC %md
# MAGIC # Train
# MAGIC Trains the model on the feature table and registers it as a new version in Unity Catalog.

# COMMAND ----------

# MAGIC %pip install -q -r ../../requirements.txt

# COMMAND ----------

dbutils.library.restartPython()

# COMMAND ----------

import os
import sys

sys.path.append(os.path.abspath("../.."))

# COMMAND ----------

dbutils.widgets.dropdown("env", "dev", ["dev", "test", "staging", "prod"], "Target of the bundle")
dbutils.widgets.text("labels_table", "dev.churn.closed_accounts", "Day each account was closed")
dbutils.widgets.text("feature_table", "dev.churn.account_activity", "Feature table")
dbutils.widgets.text("experiment_name", "", "MLflow experiment")
dbutils.widgets.text("model_name", "dev.churn.churn-model", "Registered model")
dbutils.widgets.text("git_source_info", "", "Where the code is from")

# COMMAND ----------

import tempfile
from datetime import date, timedelta
from pathlib import Path
from zlib import crc32

import mlflow
import pandas as pd
from databricks.feature_engineering import FeatureEngineeringClient, FeatureLookup
from feature_engineering.account_activity import FEATURES, WINDOW, closed_within
from pyspark.sql import functions as F
from training.model import ChurnModel, train
from validation.ranking import auc

# The label of a day is known when the window after it is over. The test catalog holds made-up closing days, known at once.
known_until = date.today() - (WINDOW if dbutils.widgets.get("env") != "test" else timedelta())

closed = {row["account_id"]: row["closed"] for row in spark.table(dbutils.widgets.get("labels_table")).collect()}
keys = spark.table(dbutils.widgets.get("feature_table")).where(F.col("as_of") <= F.lit(known_until))
lookup = FeatureLookup(
    table_name=dbutils.widgets.get("feature_table"),
    lookup_key="account_id",
    timestamp_lookup_key="as_of",
    feature_names=list(FEATURES),
)
client = FeatureEngineeringClient()
training_set = client.create_training_set(df=keys.select("account_id", "as_of"), feature_lookups=[lookup], label=None)
frame = training_set.load_df().toPandas()
rows = frame[list(FEATURES)].to_numpy().tolist()
labels = [closed_within(closed.get(a), as_of=d) for a, d in zip(frame["account_id"], frame["as_of"])]
# A fifth of the accounts is held out: always the same ones, and all days of an account on the same side.
is_held_out = [crc32(account.encode()) % 5 == 0 for account in frame["account_id"]]

# COMMAND ----------


class Ranker(mlflow.pyfunc.PythonModel):
    """Rows of the feature table in, probabilities out."""

    def load_context(self, context):
        self.model = ChurnModel.from_json(Path(context.artifacts["model"]).read_text(encoding="utf-8"))

    def predict(self, context, model_input, params=None):
        return pd.Series([self.model.probability(row) for row in model_input[list(FEATURES)].to_numpy().tolist()])


mlflow.set_registry_uri("databricks-uc")
if dbutils.widgets.get("experiment_name"):
    mlflow.set_experiment(dbutils.widgets.get("experiment_name"))

with mlflow.start_run() as run, tempfile.TemporaryDirectory() as folder:
    seen = [(row, label) for row, label, held_out in zip(rows, labels, is_held_out) if not held_out]
    unseen = [(row, label) for row, label, held_out in zip(rows, labels, is_held_out) if held_out]
    model = train([row for row, _ in seen], [label for _, label in seen])
    mlflow.log_metric("auc", auc([model.probability(row) for row, _ in unseen], [label for _, label in unseen]))
    mlflow.set_tag("git_source_info", dbutils.widgets.get("git_source_info"))
    artifact = Path(folder, "model.json")
    artifact.write_text(model.to_json(), encoding="utf-8")
    example = frame[list(FEATURES)].head(5)
    logged = mlflow.pyfunc.log_model(
        name="model",
        python_model=Ranker(),
        artifacts={"model": str(artifact)},
        code_paths=["../../training", "../../feature_engineering"],
        # Unity Catalog takes no version without a signature.
        signature=mlflow.models.infer_signature(example, [0.5] * len(example)),
        registered_model_name=dbutils.widgets.get("model_name"),
    )

# COMMAND ----------

dbutils.jobs.taskValues.set("model_version", logged.registered_model_version)
