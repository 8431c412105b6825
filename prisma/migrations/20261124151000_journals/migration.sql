-- Up to where each journal is in the ledger, which api_nodes said before: who lives is one thing, what was drained another.
CREATE TABLE "journals" (
    "id" UUID NOT NULL,
    "drained_sequence" BIGINT NOT NULL DEFAULT 0,
    "drained_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "journals_pkey" PRIMARY KEY ("id")
);
GRANT SELECT, INSERT, UPDATE, DELETE ON "journals" TO kindred_system;
