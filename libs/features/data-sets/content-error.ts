import { printable } from '../../platform/http/text.js';

/** The file as a whole cannot be read; the message is for the customer. */
export class ContentError extends Error {
  constructor(message: string) {
    super(printable(message));
  }
}
