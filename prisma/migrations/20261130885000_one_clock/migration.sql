-- CreateTable
CREATE TABLE "clock" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "offset_seconds" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "clock_pkey" PRIMARY KEY ("id")
);

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- How far billing, retention and expiry are ahead of the real time: of trials, where the owner moves it, and only forward.
ALTER TABLE "clock" ADD CONSTRAINT "clock_is_one" CHECK ("id");
ALTER TABLE "clock" ADD CONSTRAINT "clock_is_not_behind" CHECK ("offset_seconds" >= 0);
INSERT INTO "clock" DEFAULT VALUES;
GRANT SELECT ON "clock" TO kindred_app, kindred_system;
