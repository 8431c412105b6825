-- AlterTable
ALTER TABLE "deployments" ADD COLUMN "previous_model_version_id" UUID;

-- AlterTable
ALTER TABLE "request_log" ADD COLUMN "fallback_reason" TEXT;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- What was live before, as far as the audit log tells.
UPDATE "deployments" SET "previous_model_version_id" = (
  SELECT (before ->> 'modelVersionId')::uuid FROM "audit_events"
  WHERE audit_events.tenant_id = deployments.tenant_id AND target_id = deployments.id AND action = 'deployment.updated'
    AND before ->> 'modelVersionId' <> after ->> 'modelVersionId'
  ORDER BY audit_events.id DESC LIMIT 1);
