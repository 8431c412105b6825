-- Of events there may be as many different ones as of a file's rows.
ALTER TABLE "live_interaction_counts" ADD COLUMN "event_types" TEXT[] NOT NULL DEFAULT '{}';
UPDATE "live_interaction_counts" live SET "event_types" = ARRAY(
  SELECT DISTINCT event_type FROM live_interactions event
  WHERE event.tenant_id = live.tenant_id AND event.data_set_id = live.data_set_id AND event_type IS NOT NULL);
