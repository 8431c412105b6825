-- What the public page of the platform's state shows: the probes of each day, and which workers there are.
CREATE TABLE "probe_days" (
    "day" DATE NOT NULL,
    "component" TEXT NOT NULL,
    "probes" INTEGER NOT NULL,
    "failures" INTEGER NOT NULL,
    "probed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "probe_days_pkey" PRIMARY KEY ("day", "component"),
    CONSTRAINT "probe_days_counts" CHECK ("probes" > 0 AND "failures" BETWEEN 0 AND "probes")
);
GRANT SELECT, INSERT, UPDATE, DELETE ON "probe_days" TO kindred_system;

CREATE TABLE "worker_heartbeats" (
    "worker" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "worker_heartbeats_pkey" PRIMARY KEY ("worker")
);
GRANT SELECT, INSERT, UPDATE, DELETE ON "worker_heartbeats" TO kindred_system;
