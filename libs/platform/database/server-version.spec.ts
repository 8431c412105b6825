import { describe, expect, it } from 'vitest';
import { refuseOldServer } from './server-version.js';

describe('the server that is asked to hold many tenants', () => {
  it.each([90_624, 140_020, 150_013, 160_009, 170_005])(
    'S7: is refused where it leaks past row-level security: %i',
    (version) => expect(() => refuseOldServer(version)).toThrow(/update it to/),
  );

  it.each([150_014, 150_018, 160_010, 170_006, 180_000, 190_001])('S7: is taken where it does not: %i', (version) =>
    expect(() => refuseOldServer(version)).not.toThrow(),
  );
});
