-- contracts: 20261124093000_deletion_and_erasure
-- Since then the row of an organization outlives all that is deleted with it, mails by name: nothing has cascaded here. A mail
-- about an account stands above organizations, under the nil id, of which there is no row.
ALTER TABLE "emails" DROP CONSTRAINT "emails_tenant_id_fkey";
