-- CreateEnum
CREATE TYPE "challenge_purpose" AS ENUM ('registration', 'login', 'step_up');

-- AlterTable
ALTER TABLE "users" ALTER COLUMN "password_hash" DROP NOT NULL;

-- CreateTable
CREATE TABLE "totps" (
    "user_id" UUID NOT NULL,
    "secret" BYTEA NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3),
    "used_step" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "totps_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "recovery_codes" (
    "user_id" UUID NOT NULL,
    "code_hash" BYTEA NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "recovery_codes_pkey" PRIMARY KEY ("user_id","code_hash")
);

-- CreateTable
CREATE TABLE "passkeys" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "credential_id" BYTEA NOT NULL,
    "public_key" BYTEA NOT NULL,
    "counter" BIGINT NOT NULL,
    "transports" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "passkeys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pending_logins" (
    "token_hash" BYTEA NOT NULL,
    "user_id" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "pending_logins_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "passkey_challenges" (
    "challenge_hash" BYTEA NOT NULL,
    "purpose" "challenge_purpose" NOT NULL,
    "asked_by" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "passkey_challenges_pkey" PRIMARY KEY ("challenge_hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "passkeys_credential_id_key" ON "passkeys"("credential_id");

-- CreateIndex
CREATE INDEX "passkeys_user_id_idx" ON "passkeys"("user_id");

-- CreateIndex
CREATE INDEX "pending_logins_user_id_idx" ON "pending_logins"("user_id");

-- CreateIndex
CREATE INDEX "pending_logins_expires_at_idx" ON "pending_logins"("expires_at");

-- CreateIndex
CREATE INDEX "passkey_challenges_expires_at_idx" ON "passkey_challenges"("expires_at");

-- AddForeignKey
ALTER TABLE "totps" ADD CONSTRAINT "totps_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pending_logins" ADD CONSTRAINT "pending_logins_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- As people and sessions are, they are above organizations: no tenant's transaction sees them.
GRANT SELECT, INSERT, UPDATE ("secret", "confirmed_at", "used_step", "created_at"), DELETE ON "totps" TO kindred_system;
GRANT SELECT, INSERT, UPDATE ("used_at"), DELETE ON "recovery_codes" TO kindred_system;
GRANT SELECT, INSERT, UPDATE ("counter", "last_used_at"), DELETE ON "passkeys" TO kindred_system;
GRANT SELECT, INSERT, DELETE ON "pending_logins", "passkey_challenges" TO kindred_system;
-- What processes remember of a person names whether they have a second factor.
CREATE FUNCTION notify_factor_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed record := COALESCE(NEW, OLD);
BEGIN
  PERFORM pg_notify('kindred_changes', json_build_object('table', 'users', 'tenantId', '', 'id', changed.user_id)::text);
  RETURN NULL;
END $$;
CREATE TRIGGER notify_change AFTER UPDATE OF "confirmed_at" OR DELETE ON "totps" FOR EACH ROW EXECUTE FUNCTION notify_factor_change();
CREATE TRIGGER notify_change AFTER INSERT OR DELETE ON "passkeys" FOR EACH ROW EXECUTE FUNCTION notify_factor_change();
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_name_short" CHECK (length("name") BETWEEN 1 AND 120);
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_counter_not_negative" CHECK ("counter" >= 0);
