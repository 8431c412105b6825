-- What a version came to on held-out data, in one form for every task: values, baselines by recipe, 95 % intervals, and how much of what it was
-- measured on. What else there is to tell stands in a report, a file. Both are the version's; a job may make several.
ALTER TABLE "model_versions" ADD COLUMN "result" JSONB, ADD COLUMN "report_key" TEXT, ADD COLUMN "report_bytes" BIGINT NOT NULL DEFAULT 0;
UPDATE "model_versions" SET "result" = jsonb_build_object('values', "metrics"->'model',
  'baselines', jsonb_build_object('popularity', "metrics"->'popularity'), 'intervals', '{}'::jsonb,
  'evaluated', jsonb_build_object('of', 'users', 'count', "metrics"->'evaluatedUsers'));
ALTER TABLE "model_versions" ALTER COLUMN "result" SET NOT NULL;
ALTER TABLE "model_versions" DROP COLUMN "metrics";
ALTER TABLE "training_jobs" DROP COLUMN "metrics", DROP COLUMN "tuning_report";
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_result_finite" CHECK (NOT jsonb_path_exists("result", 'strict $.** ? (@ == null)'));
