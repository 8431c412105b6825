import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { KindKey } from '../../models/kinds/kinds.js';

/** A file that ships with the product, whose licence lets it be handed on: docs/dependencies.md names both. */
export interface Sample {
  kind: KindKey;
  /** Under prisma/seed, packed. */
  file: string;
  license: string;
  source: string;
}

export const SAMPLES = {
  'film-ratings': {
    kind: 'interactions',
    file: 'movietweetings/ratings.csv.gz',
    license: 'MIT, © 2013 Simon Dooms',
    source: 'https://github.com/sidooms/MovieTweetings',
  },
  films: {
    kind: 'items',
    file: 'movietweetings/films.csv.gz',
    license: 'MIT, © 2013 Simon Dooms',
    source: 'https://github.com/sidooms/MovieTweetings',
  },
  'bank-questions': {
    kind: 'labelled-texts',
    file: 'banking77/questions.csv.gz',
    license: 'CC BY 4.0, © PolyAI',
    source: 'https://github.com/PolyAI-LDN/task-specific-datasets',
  },
} satisfies Record<string, Sample>;

export type SampleKey = keyof typeof SAMPLES;

/** The file as it ships: next to the sources, from which the build runs in a folder of its own. */
export function openSample({ file }: Sample): Readable {
  return createReadStream(`prisma/seed/${file}`);
}

/** What a data set says of the sample that it is; a key that this release does not know any more has neither. */
export function describeSample(key: string): { key: string; license: string; source: string } {
  const { license, source }: Pick<Sample, 'license' | 'source'> = Object.hasOwn(SAMPLES, key)
    ? SAMPLES[key as SampleKey]
    : { license: '', source: '' };
  return { key, license, source };
}
