-- CreateTable
CREATE TABLE "consents" (
    "user_id" UUID NOT NULL,
    "document" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "accepted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "consents_pkey" PRIMARY KEY ("user_id","document","version")
);

-- AddForeignKey
ALTER TABLE "consents" ADD CONSTRAINT "consents_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

ALTER TABLE "consents" ADD CONSTRAINT "consents_document" CHECK ("document" IN ('terms', 'privacy'));
ALTER TABLE "consents" ADD CONSTRAINT "consents_version" CHECK ("version" ~ '^\d{4}-\d{2}-\d{2}$');
-- A person's, whichever organization they are in. What was agreed to is never altered; it goes with the person.
GRANT SELECT, INSERT ON "consents" TO kindred_system;
