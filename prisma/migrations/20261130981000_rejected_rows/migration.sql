-- CreateTable
CREATE TABLE "rejected_rows" (
    "tenant_id" UUID NOT NULL,
    "import_id" UUID NOT NULL,
    "place" INTEGER NOT NULL,
    "row" INTEGER NOT NULL,
    "column_name" TEXT,
    "message" TEXT NOT NULL,
    "value" TEXT,
    "person" TEXT,

    CONSTRAINT "rejected_rows_pkey" PRIMARY KEY ("tenant_id","import_id","place")
);

-- AddForeignKey
ALTER TABLE "rejected_rows" ADD CONSTRAINT "rejected_rows_tenant_id_import_id_fkey" FOREIGN KEY ("tenant_id", "import_id") REFERENCES "imports"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('rejected_rows');
GRANT SELECT, INSERT, UPDATE, DELETE ON "rejected_rows" TO kindred_app;
GRANT SELECT, DELETE ON "rejected_rows" TO kindred_system;
