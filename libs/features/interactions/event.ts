import { createHash } from 'node:crypto';
import { BOUNDS } from '../../platform/bounds.js';
import { idSchema } from '../../platform/http/ids.js';
import type { LiveRow } from '../data-sets/index.js';

/** In Unix seconds. */
const YEAR_9999_END = 253_402_300_799;
/** From there on a number is milliseconds, as in an import. */
const MILLISECONDS_FROM = 1e11;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}(:?\d{2})?)?)?$/i;
const OFFSET = /(Z|[+-]\d{2}(:?\d{2})?)$/i;
/** What a message repeats of a wrong value. */
const SHOWN_CHARACTERS = 40;

/** What is wrong with an event. */
class EventError extends Error {}

/**
 * An event as the data set takes it, by the checks of an import; a sentence where it is wrong.
 *
 * @param id of an event that brings none of its own
 * @param now in Unix seconds, which is when an event was that does not say
 */
export function readEvent(event: unknown, id: string, now: number): LiveRow | string {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return 'the event must be an object';
  const { userId, itemId, eventType, value, timestamp, interactionId, recommendationId } = event as Record<
    string,
    unknown
  >;
  try {
    return [
      interactionId == null ? id : idOfInteraction(textOf('interactionId', interactionId)),
      textOf('userId', userId),
      textOf('itemId', itemId),
      eventType == null ? null : textOf('eventType', eventType),
      value == null ? null : numberOf('value', value),
      timestamp == null ? now : secondsOf(timestamp),
      recommendationId == null ? null : uuidOf('recommendationId', recommendationId),
    ];
  } catch (error) {
    if (error instanceof EventError) return error.message;
    throw error;
  }
}

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** By which an event is known again that has an id of its own: a UUID, of version 8, of that text, which no other text has. */
function idOfInteraction(interactionId: string): string {
  const hash = digestOf(interactionId);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/**
 * Of the event at that place of a call, where it brings none: a UUID of both, of version 7, which none that an event brings becomes. It begins as
 * the call's own does, so that rows lie in their order; the rest is of the whole of it, as ids of calls may differ in their last digits alone.
 */
export function idOfPlace(callId: string, place: number): string {
  const hash = digestOf(`${callId}/${place}`);
  return `${callId.slice(0, 13)}-7${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

function textOf(name: string, value: unknown): string {
  if (value == null) throw new EventError(`${name} is missing`);
  if (typeof value !== 'string') throw new EventError(`${name} must be text`);
  const text = value.trim();
  const { most } = BOUNDS.idCharacters;
  if (text === '') throw new EventError(`${name} is empty`);
  // Characters are those of an import, of which some are two in JavaScript.
  if (text.length > most && [...text].length > most) throw new EventError(`${name} is longer than ${most} characters`);
  return text;
}

function numberOf(name: string, value: unknown): number {
  // Models hold it in 32 bits.
  if (typeof value === 'number' && Number.isFinite(Math.fround(value))) return value;
  throw new EventError(`${name} is not a finite number`);
}

function uuidOf(name: string, value: unknown): string {
  const parsed = idSchema.safeParse(value);
  if (!parsed.success) throw new EventError(`${name} must be the id of an answer, a UUID`);
  return parsed.data.toLowerCase();
}

/** Unix seconds from seconds, milliseconds or ISO 8601, without an offset UTC. */
function secondsOf(value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  let seconds = Number.NaN;
  if (typeof number === 'number' && Number.isFinite(number))
    seconds = number > MILLISECONDS_FROM ? number / 1_000 : number;
  else if (typeof value === 'string' && ISO_TIME.test(value.trim())) seconds = Date.parse(inUtc(value.trim())) / 1_000;
  if (seconds >= 0 && seconds <= YEAR_9999_END) return seconds;
  const shown = String(value).slice(0, SHOWN_CHARACTERS);
  throw new EventError(`"${shown}" is no time from 1970 to 9999, as Unix time or ISO 8601`);
}

/** A date alone is midnight there already. */
function inUtc(time: string): string {
  const [date = '', clock] = time.split(/[T ]/i);
  if (!clock) return date;
  return `${time.replace(' ', 'T').replace(/\s+/g, '')}${OFFSET.test(clock) ? '' : 'Z'}`;
}
