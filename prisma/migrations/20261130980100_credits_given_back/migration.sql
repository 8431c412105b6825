-- Loosens two checks and the key of credit_applications, of which no program of before relies on more than that a row is written once: see the
-- unique index below, which holds that on.
-- contracts: 20261130930000_prepaid_credits

-- AlterTable
ALTER TABLE "credit_grants" ADD COLUMN     "taken_back_minor" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "follows" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "credit_notes" ADD COLUMN     "as_credits_minor" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "credit_applications" ADD COLUMN     "id" UUID NOT NULL DEFAULT gen_random_uuid(),
ADD COLUMN     "credit_note_id" UUID,
DROP CONSTRAINT "credit_applications_pkey",
ADD CONSTRAINT "credit_applications_pkey" PRIMARY KEY ("tenant_id", "id");

-- CreateTable
CREATE TABLE "credit_refunds" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "grant_id" UUID NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "ordered_at" TIMESTAMPTZ(3) NOT NULL,
    "done_at" TIMESTAMPTZ(3),
    "stripe_credit_note_id" TEXT,
    "key_round" INTEGER NOT NULL DEFAULT 0,
    "blocked_reason" TEXT,
    "blocked_since" TIMESTAMPTZ(3),
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "losses" INTEGER NOT NULL DEFAULT 0,
    "lease_expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "credit_refunds_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE INDEX "credit_applications_tenant_id_invoice_id_idx" ON "credit_applications"("tenant_id", "invoice_id");

-- CreateIndex
CREATE UNIQUE INDEX "credit_refunds_tenant_id_grant_id_key" ON "credit_refunds"("tenant_id", "grant_id");

-- AddForeignKey
ALTER TABLE "credit_applications" ADD CONSTRAINT "credit_applications_tenant_id_credit_note_id_fkey" FOREIGN KEY ("tenant_id", "credit_note_id") REFERENCES "credit_notes"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credit_refunds" ADD CONSTRAINT "credit_refunds_tenant_id_grant_id_fkey" FOREIGN KEY ("tenant_id", "grant_id") REFERENCES "credit_grants"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('credit_refunds');
-- Ordered as an organization is deleted, and claimed, over all tenants.
GRANT SELECT, INSERT, UPDATE ("tries", "next_attempt_at", "attempt", "losses", "lease_expires_at") ON "credit_refunds" TO kindred_system;
GRANT SELECT, UPDATE ("done_at", "stripe_credit_note_id", "key_round", "blocked_reason", "blocked_since", "tries", "next_attempt_at", "lease_expires_at") ON "credit_refunds" TO kindred_app;
GRANT UPDATE ("taken_back_minor", "follows") ON "credit_grants" TO kindred_app;
GRANT UPDATE ("as_credits_minor") ON "credit_notes" TO kindred_app;

ALTER TABLE "credit_refunds" ADD CONSTRAINT "credit_refunds_amount" CHECK ("amount_minor" > 0);
ALTER TABLE "credit_refunds" ADD CONSTRAINT "credit_refunds_blocked_say_why" CHECK (("blocked_reason" IS NULL) = ("blocked_since" IS NULL));
CREATE INDEX "credit_refunds_to_send" ON "credit_refunds" ("tenant_id", "next_attempt_at") WHERE "done_at" IS NULL;
ALTER TABLE "credit_grants" ADD CONSTRAINT "credit_grants_taken_back" CHECK ("taken_back_minor" BETWEEN 0 AND "amount_minor" AND ("kind" = 'purchased' OR "taken_back_minor" = 0));
ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_as_credits" CHECK ("as_credits_minor" BETWEEN 0 AND "amount_minor");
-- Below 0 an invoice takes back what credits paid, or gives credits back.
ALTER TABLE "invoices" DROP CONSTRAINT "invoices_credits", ADD CONSTRAINT "invoices_credits" CHECK ("credits_minor" <= greatest("total_minor", 0));
ALTER TABLE "credit_applications" DROP CONSTRAINT "credit_applications_amount",
  ADD CONSTRAINT "credit_applications_amount" CHECK ("amount_minor" > 0 AND "credit_note_id" IS NULL OR "amount_minor" < 0);
CREATE UNIQUE INDEX "credit_applications_once_of_an_invoice" ON "credit_applications" ("tenant_id", "invoice_id", "grant_id") WHERE "credit_note_id" IS NULL;
CREATE UNIQUE INDEX "credit_applications_once_of_a_credit_note" ON "credit_applications" ("tenant_id", "credit_note_id", "grant_id") WHERE "credit_note_id" IS NOT NULL;
-- Owed to us: what was used of a grant whose money has gone back. Few are.
CREATE INDEX "credit_grants_taken_back" ON "credit_grants" ("tenant_id") WHERE "taken_back_minor" > 0;

-- Whatever the program thinks of it: no grant pays more than is left of it once its money has gone back, nor after it has expired, nor in another
-- currency, and none is given back more than was used of it.
CREATE OR REPLACE FUNCTION "check_credit_application"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  granted credit_grants;
  used BIGINT;
BEGIN
  SELECT * INTO granted FROM credit_grants WHERE tenant_id = NEW.tenant_id AND id = NEW.grant_id FOR NO KEY UPDATE;
  PERFORM FROM invoices WHERE tenant_id = NEW.tenant_id AND id = NEW.invoice_id AND currency = granted.currency
    AND (NEW.amount_minor < 0 OR granted.expires_at IS NULL OR period_end <= granted.expires_at);
  IF NOT FOUND OR granted.status <> 'granted' THEN
    RAISE EXCEPTION 'The credit grant % does not pay for the invoice %.', NEW.grant_id, NEW.invoice_id USING ERRCODE = 'check_violation';
  END IF;
  SELECT coalesce(sum(amount_minor), 0) INTO used FROM credit_applications application
    WHERE application.tenant_id = NEW.tenant_id AND grant_id = NEW.grant_id
      AND NOT EXISTS (SELECT FROM invoices WHERE invoices.tenant_id = NEW.tenant_id AND invoices.id = application.invoice_id AND status = 'void');
  IF NEW.amount_minor > 0 AND used > granted.amount_minor - granted.taken_back_minor THEN
    RAISE EXCEPTION 'The credit grant % is used up.', NEW.grant_id USING ERRCODE = 'check_violation';
  END IF;
  IF used < 0 THEN
    RAISE EXCEPTION 'Of the credit grant % was not used so much.', NEW.grant_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
