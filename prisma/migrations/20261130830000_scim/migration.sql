-- AlterEnum
ALTER TYPE "audit_actor_kind" ADD VALUE 'scim_token';

-- CreateTable
CREATE TABLE "scim_tokens" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "scim_tokens_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "scim_users" (
    "tenant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "user_name" TEXT NOT NULL,
    "external_id" TEXT,
    "display_name" TEXT,
    "formatted_name" TEXT,
    "given_name" TEXT,
    "family_name" TEXT,
    "role" "role" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "scim_users_pkey" PRIMARY KEY ("tenant_id","user_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "scim_tokens_token_hash_key" ON "scim_tokens"("token_hash");

-- CreateIndex
CREATE INDEX "scim_users_user_id_idx" ON "scim_users"("user_id");

-- AddForeignKey
ALTER TABLE "scim_tokens" ADD CONSTRAINT "scim_tokens_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scim_users" ADD CONSTRAINT "scim_users_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scim_users" ADD CONSTRAINT "scim_users_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('scim_tokens');
SELECT isolate_tenants('scim_users');
GRANT SELECT, INSERT, DELETE ON "scim_tokens" TO kindred_app;
-- Whose token it is is what it is looked up for.
GRANT SELECT, UPDATE ("last_used_at"), DELETE ON "scim_tokens" TO kindred_system;
GRANT SELECT ON "scim_users" TO kindred_app;
-- People stand above organizations: whoever makes one, or takes one out, does so there.
GRANT SELECT, INSERT, UPDATE, DELETE ON "scim_users" TO kindred_system;
ALTER TABLE "scim_users" ADD CONSTRAINT "scim_users_no_owner" CHECK ("role" <> 'owner');
CREATE UNIQUE INDEX "scim_users_user_name" ON "scim_users" ("tenant_id", lower("user_name")) WHERE "deleted_at" IS NULL;
-- The directory goes on to see whom it has taken out.
CREATE POLICY known_to_directory ON "users" FOR SELECT TO kindred_app USING (EXISTS (SELECT FROM "scim_users" WHERE "scim_users"."user_id" = "users"."id" AND "deleted_at" IS NULL));
-- It also says as what they are a member.
GRANT UPDATE ("role") ON "memberships" TO kindred_system;
