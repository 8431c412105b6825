-- CreateEnum
CREATE TYPE "price_publication_status" AS ENUM ('proposed', 'published', 'declined', 'withdrawn');

-- AlterTable
ALTER TABLE "price_versions" ADD COLUMN     "valid_from" TIMESTAMPTZ(3),
ADD COLUMN     "withdrawn_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "subscriptions" ADD COLUMN     "changing_until" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "price_publications" (
    "id" UUID NOT NULL,
    "plan_key" TEXT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "status" "price_publication_status" NOT NULL DEFAULT 'proposed',
    "draft" JSONB NOT NULL,
    "simulation" JSONB NOT NULL,
    "valid_from" TIMESTAMPTZ(3),
    "moves_at" TIMESTAMPTZ(3),
    "proposed_by" UUID NOT NULL,
    "proposed_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_by" UUID,
    "decided_at" TIMESTAMPTZ(3),
    "is_alone" BOOLEAN NOT NULL DEFAULT false,
    "withdrawn_by" UUID,
    "withdrawn_at" TIMESTAMPTZ(3),
    "price_version_id" UUID,

    CONSTRAINT "price_publications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "price_moves" (
    "tenant_id" UUID NOT NULL,
    "publication_id" UUID NOT NULL,
    "moves_at" TIMESTAMPTZ(3) NOT NULL,
    "told_at" TIMESTAMPTZ(3) NOT NULL,
    "reminded_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "called_off_at" TIMESTAMPTZ(3),

    CONSTRAINT "price_moves_pkey" PRIMARY KEY ("tenant_id","publication_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "price_publications_price_version_id_key" ON "price_publications"("price_version_id");

-- CreateIndex
CREATE INDEX "price_moves_due_at_idx" ON "price_moves"("due_at");

-- AddForeignKey
ALTER TABLE "price_publications" ADD CONSTRAINT "price_publications_price_version_id_fkey" FOREIGN KEY ("price_version_id") REFERENCES "price_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "price_moves" ADD CONSTRAINT "price_moves_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "price_moves" ADD CONSTRAINT "price_moves_publication_id_fkey" FOREIGN KEY ("publication_id") REFERENCES "price_publications"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- A price is written once; that it is on offer no more is all that may be written of it later.
GRANT INSERT ON "price_versions", "meter_prices", "meter_price_tiers" TO kindred_system;
GRANT UPDATE ("withdrawn_at") ON "price_versions" TO kindred_system;

-- What was proposed is never changed; only what became of it is.
GRANT SELECT, INSERT, UPDATE ("status", "valid_from", "decided_by", "decided_at", "is_alone", "withdrawn_by", "withdrawn_at", "price_version_id")
  ON "price_publications" TO kindred_system;
GRANT SELECT ON "price_publications" TO kindred_app;
ALTER TABLE "price_publications" ADD CONSTRAINT "price_publications_published_have_a_price" CHECK
  (("status" IN ('published', 'withdrawn')) = ("price_version_id" IS NOT NULL));
ALTER TABLE "price_publications" ADD CONSTRAINT "price_publications_decided_say_by_whom" CHECK
  (("status" <> 'proposed') = ("decided_by" IS NOT NULL) AND ("decided_by" IS NULL) = ("decided_at" IS NULL));
ALTER TABLE "price_publications" ADD CONSTRAINT "price_publications_withdrawn_say_by_whom" CHECK
  (("status" = 'withdrawn') = ("withdrawn_by" IS NOT NULL) AND ("withdrawn_by" IS NULL) = ("withdrawn_at" IS NULL));
-- Whatever the program thinks of it: four eyes, where there are four.
ALTER TABLE "price_publications" ADD CONSTRAINT "price_publications_second_is_another" CHECK
  ("price_version_id" IS NULL OR "is_alone" OR "decided_by" <> "proposed_by");

SELECT isolate_tenants('price_moves');
GRANT SELECT, INSERT, UPDATE ("reminded_at", "due_at", "called_off_at") ON "price_moves" TO kindred_app;
GRANT SELECT ON "price_moves" TO kindred_system;
ALTER TABLE "price_moves" ADD CONSTRAINT "price_moves_leave_thirty_days" CHECK ("moves_at" >= "told_at" + interval '30 days');
-- Whose next price is a certain one, over all tenants.
CREATE INDEX "subscriptions_next" ON "subscriptions" ("next_price_version_id") WHERE "next_price_version_id" IS NOT NULL;
