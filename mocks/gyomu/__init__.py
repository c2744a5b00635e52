"""Any 業務 of the standard as provider and consumer of files, after its published tables and one town's test-data pack."""
