"""wslog on Apache Spark: the plain binary in every task, one report at the end."""
