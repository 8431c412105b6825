import type { ComponentProps } from 'react';
import { TextField } from './field';

const MINUTE_MS = 60_000;

/** A time as a datetime-local field writes it, in the time zone of the browser, to the minute. */
export function toLocalTime(time: Date | string): string {
  const date = new Date(time);
  return new Date(date.getTime() - date.getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 16);
}

/** What a datetime-local field of a form says, as the API takes it; undefined where it is empty. */
export function readTime(values: FormData, name: string): string | undefined {
  const local = String(values.get(name) ?? '');
  return local ? new Date(local).toISOString() : undefined;
}

/** A date and time in the time zone of the browser. */
export function DateTimeField(props: Omit<ComponentProps<typeof TextField>, 'type'>) {
  return <TextField {...props} type="datetime-local" />;
}
