# Databricks notebook source
# MAGIC %md
# MAGIC # BatchInference
# MAGIC Scores new transactions with the model in use and appends the scores to a table.

# COMMAND ----------

# MAGIC %pip install -q -r ../../../requirements.txt

# COMMAND ----------

dbutils.library.restartPython()

# COMMAND ----------

import os
import sys

sys.path.append(os.path.abspath("../../.."))

# COMMAND ----------

dbutils.widgets.text("input_table", "hive_metastore.payments.new_transactions", "Transactions to score")
dbutils.widgets.text("output_table", "", "Table of the scores")
dbutils.widgets.text("model_name", "dev-fraud-detector-model", "Registered model")

# COMMAND ----------

from datetime import datetime, timezone

import mlflow
import pandas as pd
from training.features import FEATURES, feature_row

mlflow.set_registry_uri("databricks")
model = mlflow.pyfunc.load_model(f"models:/{dbutils.widgets.get('model_name')}/Production")
transactions = [row.asDict() for row in spark.table(dbutils.widgets.get("input_table")).collect()]

# COMMAND ----------

if transactions:
    rows = pd.DataFrame([feature_row(t) for t in transactions], columns=list(FEATURES))
    scored_at = datetime.now(timezone.utc)
    scores = pd.DataFrame(
        {
            "transaction_id": [t["transaction_id"] for t in transactions],
            "probability": model.predict(rows),
            "scored_at": scored_at,
        }
    )
    spark.createDataFrame(scores).write.mode("append").saveAsTable(dbutils.widgets.get("output_table"))
print(f"scored {len(transactions)} transactions")
