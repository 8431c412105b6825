-- CreateEnum
CREATE TYPE "language" AS ENUM ('en', 'zh');

-- CreateEnum
CREATE TYPE "link_purpose" AS ENUM ('verify_email', 'reset_password', 'change_email', 'invitation');

-- AlterTable
ALTER TABLE "users" ADD COLUMN "email_verified_at" TIMESTAMPTZ(3),
  ADD COLUMN "language" "language" NOT NULL DEFAULT 'en';

-- AlterTable
ALTER TABLE "emails" ADD COLUMN "address" TEXT,
  ADD COLUMN "language" "language",
  ADD COLUMN "template" TEXT,
  ADD COLUMN "values" JSONB,
  ALTER COLUMN "recipient_id" DROP NOT NULL,
  ALTER COLUMN "subject" DROP NOT NULL,
  ALTER COLUMN "text" DROP NOT NULL;

-- CreateTable
CREATE TABLE "one_time_links" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "purpose" "link_purpose" NOT NULL,
    "user_id" UUID,
    "address" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "one_time_links_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "one_time_links_id_key" ON "one_time_links"("id");

-- CreateIndex
CREATE INDEX "one_time_links_expires_at_idx" ON "one_time_links"("expires_at");

-- AddForeignKey
ALTER TABLE "one_time_links" ADD CONSTRAINT "one_time_links_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- A mail is what its template says, or, of the program before, a text; it goes to a person or to an address with a language.
ALTER TABLE "emails" ADD CONSTRAINT "emails_content" CHECK (
  ("template" IS NULL) = ("values" IS NULL) AND ("template" IS NULL) = ("subject" IS NOT NULL AND "text" IS NOT NULL));
ALTER TABLE "emails" ADD CONSTRAINT "emails_recipient" CHECK (
  ("recipient_id" IS NOT NULL OR "address" IS NOT NULL) AND ("recipient_id" IS NOT NULL OR "language" IS NOT NULL));
GRANT UPDATE ("values") ON "emails" TO kindred_app;

-- One spelling each, so that unique means unique.
ALTER TABLE "users" ADD CONSTRAINT "users_email_ascii" CHECK ("email" ~ '^[\x21-\x7e]+$');
-- By a link or a password they change what is theirs. Whether they are operators is not the program's to change.
GRANT UPDATE ("email", "email_verified_at", "password_hash", "language") ON "users" TO kindred_system;

SELECT isolate_tenants('one_time_links');
GRANT SELECT, INSERT, UPDATE, DELETE ON "one_time_links" TO kindred_app, kindred_system;
-- Of each purpose a person has one link that is open: a new one takes the place of the one before.
CREATE UNIQUE INDEX "one_time_links_open" ON "one_time_links" ("purpose", "user_id") WHERE "used_at" IS NULL;
