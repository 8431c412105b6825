import { z } from 'zod';

/** What a search over recipes found, and why it settled as it did. */
export const searchReportSchema = z.object({
  recipe: z.string(),
  settings: z.record(z.string(), z.unknown()),
  explanation: z.string().describe('Why this recipe was chosen, and what was left out'),
  warning: z
    .string()
    .nullable()
    .describe('Where the choice is no better than the floor: that it is so, and what to do'),
  leaderboard: z
    .array(
      z.object({
        recipe: z.string(),
        settings: z.record(z.string(), z.unknown()),
        metrics: z.record(z.string(), z.number()),
        seconds: z.number().describe('Of this fit and its measurement'),
      }),
    )
    .describe('The best attempt of each recipe on examples held out from the search, best first'),
});

export type SearchReport = z.output<typeof searchReportSchema>;
