# Databricks notebook source
# MAGIC %md
# MAGIC # BatchInference
# MAGIC Scores every account with its newest features and replaces the table of scores.

# COMMAND ----------

# MAGIC %pip install -q -r ../../../requirements.txt

# COMMAND ----------

dbutils.library.restartPython()

# COMMAND ----------

dbutils.widgets.text("feature_table", "dev.churn.account_activity", "Feature table")
dbutils.widgets.text("output_table", "dev.churn.scores", "Table of the scores")
dbutils.widgets.text("model_name", "dev.churn.churn-model", "Registered model")

# COMMAND ----------

import mlflow
from pyspark.sql import functions as F

mlflow.set_registry_uri("databricks-uc")
model = mlflow.pyfunc.load_model(f"models:/{dbutils.widgets.get('model_name')}@champion")

features = spark.table(dbutils.widgets.get("feature_table"))
newest = features.agg(F.max("as_of")).first()[0]
accounts = features.where(F.col("as_of") == F.lit(newest)).toPandas()
accounts["probability"] = model.predict(accounts.drop(columns=["account_id", "as_of"]))

# COMMAND ----------

scores = spark.createDataFrame(accounts[["account_id", "as_of", "probability"]])
scores.write.mode("overwrite").saveAsTable(dbutils.widgets.get("output_table"))
print(f"scored {len(accounts)} accounts as of {newest}")
