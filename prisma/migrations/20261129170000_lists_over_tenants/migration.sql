-- CreateIndex
CREATE INDEX "training_jobs_id_idx" ON "training_jobs"("id");

-- CreateIndex
CREATE INDEX "training_jobs_status_id_idx" ON "training_jobs"("status", "id");

-- CreateIndex
CREATE INDEX "webhook_deliveries_created_at_idx" ON "webhook_deliveries"("created_at");
