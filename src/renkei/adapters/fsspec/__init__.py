"""Places of files (local folders, S3, SFTP) over fsspec."""
