# Databricks notebook source
# MAGIC %md
# MAGIC # WriteAccountActivity
# MAGIC Writes the features of every account for one day. Running it again for the same day replaces the same rows.

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

dbutils.widgets.text("events_table", "dev.crm.account_events", "Events of accounts")
dbutils.widgets.text("feature_table", "dev.churn.account_activity", "Feature table")
dbutils.widgets.text("as_of", "", "Day (empty: today)")

# COMMAND ----------

from collections import defaultdict
from datetime import date

from databricks.feature_engineering import FeatureEngineeringClient
from feature_engineering.account_activity import Event, activity
from pyspark.sql import functions as F

as_of = date.fromisoformat(dbutils.widgets.get("as_of")) if dbutils.widgets.get("as_of") else date.today()

events = defaultdict(list)
for row in spark.table(dbutils.widgets.get("events_table")).where(F.col("day") < F.lit(as_of)).toLocalIterator():
    events[row["account_id"]].append(Event(row["day"], row["kind"]))

features = spark.createDataFrame(
    [{"account_id": account, "as_of": as_of, **activity(history, as_of=as_of)} for account, history in events.items()],
    "account_id string, as_of date, logins double, tickets double, days_since_login double, trend double",
)

# COMMAND ----------

client = FeatureEngineeringClient()
name = dbutils.widgets.get("feature_table")
if not spark.catalog.tableExists(name):
    client.create_table(
        name=name,
        primary_keys=["account_id", "as_of"],
        timeseries_column="as_of",
        schema=features.schema,
        description="Activity of an account in the thirty days before `as_of`.",
    )
client.write_table(name=name, df=features, mode="merge")
print(f"wrote {len(events)} accounts as of {as_of}")
