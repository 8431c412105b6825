-- CreateEnum
CREATE TYPE "provider" AS ENUM ('google', 'github', 'openid', 'single_sign_on');

-- CreateEnum
CREATE TYPE "visit_purpose" AS ENUM ('log_in', 'connect', 'test');

-- AlterTable
ALTER TABLE "users" ALTER COLUMN "password_hash" DROP NOT NULL;

-- CreateTable
CREATE TABLE "identities" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "provider" "provider" NOT NULL,
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "identities_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "provider_visits" (
    "token_hash" BYTEA NOT NULL,
    "provider" "provider" NOT NULL,
    "purpose" "visit_purpose" NOT NULL,
    "tenant_id" UUID,
    "user_id" UUID,
    "return_to" TEXT NOT NULL,
    "language" "language" NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "provider_visits_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "single_sign_on" (
    "tenant_id" UUID NOT NULL,
    "issuer" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "client_secret" BYTEA NOT NULL,
    "default_role" "role" NOT NULL,
    "tested_at" TIMESTAMPTZ(3),
    "enforced_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "single_sign_on_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateTable
CREATE TABLE "single_sign_on_domains" (
    "tenant_id" UUID NOT NULL,
    "domain" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "verified_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "single_sign_on_domains_pkey" PRIMARY KEY ("tenant_id","domain")
);

-- CreateIndex
CREATE INDEX "identities_user_id_idx" ON "identities"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "identities_provider_issuer_subject_key" ON "identities"("provider", "issuer", "subject");

-- CreateIndex
CREATE INDEX "provider_visits_user_id_idx" ON "provider_visits"("user_id");

-- CreateIndex
CREATE INDEX "provider_visits_expires_at_idx" ON "provider_visits"("expires_at");

-- AddForeignKey
ALTER TABLE "identities" ADD CONSTRAINT "identities_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "provider_visits" ADD CONSTRAINT "provider_visits_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "single_sign_on" ADD CONSTRAINT "single_sign_on_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "single_sign_on_domains" ADD CONSTRAINT "single_sign_on_domains_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

GRANT SELECT, INSERT, UPDATE ("email", "last_used_at"), DELETE ON "identities" TO kindred_system;
GRANT SELECT, INSERT, DELETE ON "provider_visits" TO kindred_system;
ALTER TABLE "provider_visits" ADD CONSTRAINT "provider_visits_tenant" CHECK (("tenant_id" IS NOT NULL) = ("provider" = 'single_sign_on'));
ALTER TABLE "provider_visits" ADD CONSTRAINT "provider_visits_user" CHECK (("user_id" IS NULL) = ("purpose" = 'log_in'));

SELECT isolate_tenants('single_sign_on');
SELECT isolate_tenants('single_sign_on_domains');
GRANT SELECT, INSERT, UPDATE, DELETE ON "single_sign_on", "single_sign_on_domains" TO kindred_app;
-- Whoever logs in is no member yet; a secret is encrypted anew; an organization goes.
GRANT SELECT, UPDATE ("client_secret"), DELETE ON "single_sign_on" TO kindred_system;
GRANT SELECT, DELETE ON "single_sign_on_domains" TO kindred_system;
ALTER TABLE "single_sign_on" ADD CONSTRAINT "single_sign_on_default_role" CHECK ("default_role" NOT IN ('owner', 'admin'));
ALTER TABLE "single_sign_on" ADD CONSTRAINT "single_sign_on_enforced_once_tested" CHECK ("enforced_at" IS NULL OR "tested_at" IS NOT NULL);
ALTER TABLE "single_sign_on_domains" ADD CONSTRAINT "single_sign_on_domains_lower_case" CHECK ("domain" = lower("domain"));
-- A domain is one organization's.
CREATE UNIQUE INDEX "single_sign_on_domains_verified" ON "single_sign_on_domains" ("domain") WHERE "verified_at" IS NOT NULL;
