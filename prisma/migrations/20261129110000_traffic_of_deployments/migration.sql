-- CreateIndex
CREATE INDEX "request_log_tenant_id_deployment_id_occurred_at_idx" ON "request_log"("tenant_id", "deployment_id", "occurred_at");
