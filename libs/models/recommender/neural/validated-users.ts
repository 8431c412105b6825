import { hash32 } from '../../../compute/random/kernel.js';
import { userOffsets, type Events } from '../events.js';

const VALIDATED_SHARE = 0.05;
const VALIDATED_USERS_MAX = 2_000;
/** A mean over fewer users would stop training by chance. */
const VALIDATED_USERS_MIN = 50;
/** Users with a shorter history have too little to lose of it. */
const HISTORY_MIN = 3;

/** Draws users whose latest item is held out to validate on; ascending, none where the data is too small for it. */
export function chooseValidatedUsers(events: Events, seed: number): Uint32Array {
  const offsets = userOffsets(events);
  const eligible = Array.from({ length: events.userCount }, (_, user) => user).filter(
    (user) => offsets[user + 1] - offsets[user] >= HISTORY_MIN,
  );
  const count = Math.min(VALIDATED_USERS_MAX, Math.floor(VALIDATED_SHARE * eligible.length));
  if (count < VALIDATED_USERS_MIN) return new Uint32Array(0);
  const drawn = eligible.map((user) => [hash32(seed, user, 4), user]).sort(([a], [b]) => a! - b!);
  return Uint32Array.from(drawn.slice(0, count), ([, user]) => user!).sort();
}
