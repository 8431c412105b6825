-- AlterTable
ALTER TABLE "billing_periods" ADD COLUMN     "share" DECIMAL(12,10) NOT NULL DEFAULT 1;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

ALTER TABLE "billing_periods" ADD CONSTRAINT "billing_periods_are_a_month_at_most" CHECK ("share" >= 0 AND "share" <= 1);
-- Of an organization that is deleted, the last period goes on no more. What is billed stays.
GRANT UPDATE ("share"), DELETE ON "billing_periods" TO kindred_app;
CREATE POLICY closed_periods_stay ON "billing_periods" AS RESTRICTIVE FOR DELETE USING ("closed_at" IS NULL);

-- What is included in a period is what was at its end: before another override holds or one goes, it is kept with the periods that
-- have ended and are not billed yet.
GRANT UPDATE ("included") ON "billing_periods" TO kindred_system;
CREATE FUNCTION keep_included() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE billing_periods SET included = (
    SELECT coalesce(jsonb_object_agg(resource, trim_scale(quantity)::text), '{}') FROM plan_overrides
    WHERE plan_overrides.tenant_id = billing_periods.tenant_id AND kind = 'included'
      AND (plan_overrides.ends_at IS NULL OR plan_overrides.ends_at >= billing_periods.ends_at))
  WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id) AND ends_at <= now() AND closed_at IS NULL AND included IS NULL;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER keep_included BEFORE INSERT OR UPDATE OR DELETE ON "plan_overrides" FOR EACH ROW EXECUTE FUNCTION keep_included();
