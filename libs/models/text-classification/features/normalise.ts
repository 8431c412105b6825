/** As many marks that combine as any text is expected to have on one letter. */
const FULL_RUN = /\p{M}{30}(?=\p{M})/gu;
/** Marks on either side of it are sorted apart. */
const GRAPHEME_JOINER = '\u034f';

/**
 * The text as its features are taken from it: letters that look alike are the same (NFKC), and their case does not count. Sorting a run
 * of marks takes the square of its length, so that long ones are split first, as in Unicode's Stream-Safe Text Format (UAX #15).
 */
export function normalise(text: string): string {
  return text.replace(FULL_RUN, `$&${GRAPHEME_JOINER}`).normalize('NFKC').toLowerCase();
}

/** Where each UTF-16 code unit of a normalised text comes from in the original, in its UTF-16 code units. */
export interface Origins {
  /** `[normalised length]` */
  starts: Uint32Array;
  /** `[normalised length]`, exclusive */
  ends: Uint32Array;
}

// oxlint-disable-next-line no-control-regex -- ASCII begins with control characters
const ASCII = /^[\0-\x7f]*$/;
const WORD_OR_SPACE = /\s+|\S+/gu;
const characters = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * Traces a normalised text back to the original: exactly to the character as people see it; to the word where normalising
 * joins several of those (such as the letters ㄱㅏ of Korean keyboards, which become 가).
 */
export function originsOf(text: string): Origins {
  const length = normalise(text).length;
  const origins = { starts: new Uint32Array(length), ends: new Uint32Array(length) };
  if (ASCII.test(text)) {
    for (let i = 0; i < length; i++) [origins.starts[i], origins.ends[i]] = [i, i + 1];
    return origins;
  }
  let at = 0;
  const trace = (start: number, end: number, units: number) => {
    origins.starts.fill(start, at, at + units);
    origins.ends.fill(end, at, at + units);
    at += units;
  };
  for (const { 0: part, index } of text.matchAll(WORD_OR_SPACE)) {
    const units = normalise(part).length;
    const segments = Array.from(characters.segment(part), ({ segment, index: from }) => ({
      start: index + from,
      end: index + from + segment.length,
      units: normalise(segment).length,
    }));
    if (segments.reduce((sum, segment) => sum + segment.units, 0) === units)
      for (const segment of segments) trace(segment.start, segment.end, segment.units);
    else trace(index, index + part.length, units);
  }
  return origins;
}
