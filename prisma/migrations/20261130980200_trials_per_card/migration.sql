-- AlterTable
ALTER TABLE "trials" ADD COLUMN     "card_fingerprint" TEXT,
ADD COLUMN     "refused_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE UNIQUE INDEX "trials_card_fingerprint_key" ON "trials"("card_fingerprint");
