-- CreateEnum
CREATE TYPE "cost_rate_kind" AS ENUM ('pool', 'meter', 'payment');

-- CreateTable
CREATE TABLE "cost_rates" (
    "id" UUID NOT NULL,
    "kind" "cost_rate_kind" NOT NULL,
    "resource" TEXT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "amount" DECIMAL(20,12) NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cost_rates_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "training_attempts" (
    "tenant_id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "pool" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "training_attempts_pkey" PRIMARY KEY ("tenant_id","job_id","attempt")
);

-- CreateIndex
CREATE UNIQUE INDEX "cost_rates_kind_resource_currency_starts_at_key" ON "cost_rates"("kind", "resource", "currency", "starts_at");

-- CreateIndex
CREATE INDEX "training_attempts_started_at_idx" ON "training_attempts"("started_at");

-- AddForeignKey
ALTER TABLE "training_attempts" ADD CONSTRAINT "training_attempts_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

GRANT SELECT, INSERT ON "cost_rates" TO kindred_system;
ALTER TABLE "cost_rates" ADD CONSTRAINT "cost_rates_not_negative" CHECK ("amount" >= 0);

SELECT isolate_tenants('training_attempts');
GRANT SELECT, INSERT, UPDATE ("seen_at") ON "training_attempts" TO kindred_app, kindred_system;
ALTER TABLE "training_attempts" ADD CONSTRAINT "training_attempts_end_after_they_start" CHECK ("seen_at" >= "started_at");

-- A worker that vanished was busy until its lease ran out, at most.
CREATE FUNCTION record_training_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'running' THEN
    UPDATE training_attempts SET seen_at = greatest(seen_at, least(now(), coalesce(OLD.lease_expires_at, now())))
    WHERE tenant_id = OLD.tenant_id AND job_id = OLD.id AND attempt = OLD.attempt;
  END IF;
  IF NEW.status = 'running' AND NEW.attempt <> OLD.attempt THEN
    INSERT INTO training_attempts (tenant_id, job_id, attempt, pool, started_at, seen_at)
    VALUES (NEW.tenant_id, NEW.id, NEW.attempt, NEW.pool, now(), now()) ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER record_training_attempt AFTER UPDATE OF status, attempt, lease_expires_at ON "training_jobs"
FOR EACH ROW WHEN (OLD.status = 'running' OR NEW.status = 'running') EXECUTE FUNCTION record_training_attempt();
