-- Nothing has ever recorded this meter, so nothing was sold by it. Where a correction of usage names it all the same, the foreign key
-- keeps it with its price and limits; the price list no longer offers it either way.
DO $$
BEGIN
  DELETE FROM "limits" WHERE "resource" = 'batch_rows';
  DELETE FROM "meter_prices" WHERE "meter_key" = 'batch_rows';
  DELETE FROM "meters" WHERE "key" = 'batch_rows';
EXCEPTION WHEN foreign_key_violation OR restrict_violation THEN
  RAISE NOTICE 'The meter batch_rows stays: usage refers to it.';
END $$;
