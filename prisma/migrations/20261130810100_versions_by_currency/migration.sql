-- contracts: 20261130810000_price_schemes
-- Versions count by plan and currency now, of which that has the unique key. No program names the old key.

-- DropIndex
DROP INDEX "price_versions_plan_key_version_key";
