-- A source that lost its workers too often has failed, which whoever takes it back writes down.
GRANT UPDATE ("last_run_at", "last_result", "last_error", "failures", "paused_at", "last_import_id", "etag", "last_modified") ON "url_sources" TO kindred_system;
