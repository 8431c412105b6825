-- CreateEnum
CREATE TYPE "credit_note_kind" AS ENUM ('credit', 'refund');

-- CreateEnum
CREATE TYPE "credit_note_status" AS ENUM ('proposed', 'issued', 'declined');

-- CreateTable
CREATE TABLE "credit_notes" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "kind" "credit_note_kind" NOT NULL,
    "status" "credit_note_status" NOT NULL DEFAULT 'proposed',
    "number" TEXT,
    "amount_minor" BIGINT NOT NULL,
    "reason" TEXT NOT NULL,
    "needs_second" BOOLEAN NOT NULL,
    "proposed_by" UUID NOT NULL,
    "proposed_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_by" UUID,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "credit_notes_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "credit_note_numbers" (
    "year" SMALLINT NOT NULL,
    "last" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "credit_note_numbers_pkey" PRIMARY KEY ("year")
);

-- CreateIndex
CREATE UNIQUE INDEX "credit_notes_number_key" ON "credit_notes"("number");

-- CreateIndex
CREATE INDEX "credit_notes_tenant_id_invoice_id_idx" ON "credit_notes"("tenant_id", "invoice_id");

-- AddForeignKey
ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_tenant_id_invoice_id_fkey" FOREIGN KEY ("tenant_id", "invoice_id") REFERENCES "invoices"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('credit_notes');
GRANT SELECT ON "credit_notes" TO kindred_system;
-- What was proposed is never changed; only what became of it is.
GRANT SELECT, INSERT, UPDATE ("status", "number", "decided_by", "decided_at") ON "credit_notes" TO kindred_app;
-- Over all tenants, so that numbers have no gap.
GRANT SELECT, INSERT, UPDATE ON "credit_note_numbers" TO kindred_app;

ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_amount" CHECK ("amount_minor" > 0);
ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_issued_have_a_number" CHECK (("status" = 'issued') = ("number" IS NOT NULL));
ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_decided_say_by_whom" CHECK
  (("status" <> 'proposed') = ("decided_by" IS NOT NULL) AND ("decided_by" IS NULL) = ("decided_at" IS NULL));
-- Whatever the program thinks of it: four eyes.
ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_second_is_another" CHECK ("status" <> 'issued' OR NOT "needs_second" OR "decided_by" <> "proposed_by");
-- What waits for somebody, over all tenants.
CREATE INDEX "credit_notes_proposed" ON "credit_notes" ("id") WHERE "status" = 'proposed';
