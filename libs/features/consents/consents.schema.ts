import { z } from 'zod';
import { EXAMPLE_TIME } from '../../platform/http/examples.js';
import { CONSENT_DOCUMENTS, LEGAL_DOCUMENTS, LEGAL_LANGUAGES } from './legal-documents.js';

const version = z.iso.date().describe('The day from which on the text holds');

export const legalQuerySchema = z.object({ language: z.enum(LEGAL_LANGUAGES).default('en') });

export const legalDocumentSchema = z
  .object({ name: z.enum(LEGAL_DOCUMENTS), title: z.string(), version, html: z.string() })
  .meta({
    id: 'LegalDocument',
    examples: [{ name: 'terms', title: 'Terms of service', version: '2026-11-30', html: '<h2>What this is</h2>' }],
  });

export const consentsSchema = z
  .object({
    data: z.array(
      z.object({
        document: z.enum(CONSENT_DOCUMENTS),
        version,
        acceptedAt: z.iso.datetime().nullable().describe('Null where you have not agreed to this version'),
      }),
    ),
  })
  .meta({
    id: 'Consents',
    examples: [{ data: [{ document: 'terms', version: '2026-11-30', acceptedAt: EXAMPLE_TIME }] }],
  });

export const acceptSchema = z
  .object({ document: z.enum(CONSENT_DOCUMENTS), version })
  .meta({ examples: [{ document: 'terms', version: '2026-11-30' }] });

export type LegalQuery = z.infer<typeof legalQuerySchema>;
export type Consents = z.infer<typeof consentsSchema>;
export type Accept = z.infer<typeof acceptSchema>;
