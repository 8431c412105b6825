-- An erasure gives the uploads that it waits for an hour.
GRANT UPDATE ("expires_at") ON "uploads" TO kindred_app;
