-- AlterTable
ALTER TABLE "subscriptions" ADD COLUMN     "overdue_grace_until" TIMESTAMPTZ(3),
ADD COLUMN     "overdue_reminded_at" TIMESTAMPTZ(3);
