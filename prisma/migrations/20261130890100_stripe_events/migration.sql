-- CreateEnum
CREATE TYPE "stripe_event_effect" AS ENUM ('changed', 'unchanged', 'ignored');

-- CreateTable
CREATE TABLE "stripe_events" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "event_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "customer_id" TEXT,
    "invoice_id" TEXT,
    "telling" JSONB,
    "effect" "stripe_event_effect",
    "reason" TEXT,
    "error" TEXT,
    "followed_at" TIMESTAMPTZ(3),
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "losses" INTEGER NOT NULL DEFAULT 0,
    "lease_expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "stripe_events_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "stripe_events_event_id_key" ON "stripe_events"("event_id");

-- CreateIndex
CREATE INDEX "stripe_events_id_idx" ON "stripe_events"("id");

-- CreateIndex
CREATE INDEX "stripe_events_received_at_idx" ON "stripe_events"("received_at");

-- CreateIndex
CREATE INDEX "stripe_events_customer_id_idx" ON "stripe_events"("customer_id");

-- CreateIndex
CREATE INDEX "stripe_events_invoice_id_idx" ON "stripe_events"("invoice_id");

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('stripe_events');
-- Whose an event is, is found out: no organization reads or writes them.
GRANT SELECT, INSERT, UPDATE, DELETE ON "stripe_events" TO kindred_system;

ALTER TABLE "stripe_events" ADD CONSTRAINT "stripe_events_followed_say_when" CHECK (("effect" IS NULL) = ("followed_at" IS NULL));
CREATE INDEX "stripe_events_to_follow" ON "stripe_events" ("next_attempt_at") WHERE "effect" IS NULL;
