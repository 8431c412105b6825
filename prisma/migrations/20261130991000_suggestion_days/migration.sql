-- CreateTable
CREATE TABLE "suggestion_days" (
    "tenant_id" UUID NOT NULL,
    "data_set_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "texts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "suggestion_days_pkey" PRIMARY KEY ("tenant_id","data_set_id")
);

-- AddForeignKey
ALTER TABLE "suggestion_days" ADD CONSTRAINT "suggestion_days_tenant_id_data_set_id_fkey" FOREIGN KEY ("tenant_id", "data_set_id") REFERENCES "data_sets"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('suggestion_days');
GRANT SELECT, INSERT, UPDATE, DELETE ON "suggestion_days" TO kindred_app;
GRANT SELECT, DELETE ON "suggestion_days" TO kindred_system;
