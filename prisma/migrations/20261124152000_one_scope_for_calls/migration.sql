-- One scope serves every operation of every task. The program before knows it by its old name: see prisma/migrations/baseline.
UPDATE "api_keys" SET "scopes" = array_replace("scopes", 'recommendations:read', 'deployments:call');
