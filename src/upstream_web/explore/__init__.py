"""Looking into the records: patterns in where and when, worked out on request and kept with the data they rest on."""
