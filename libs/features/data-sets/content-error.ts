import { printable } from '../../platform/http/text.js';
import { isDiskFull } from '../../platform/object-store/disk-full.js';
import { isOutOfMemory } from '../../platform/tables/tables.js';

/** The file as a whole cannot be read; the message is for the customer. */
export class ContentError extends Error {
  constructor(message: string) {
    super(printable(message));
  }
}

/**
 * What the engine says of a file that it cannot read, for the customer.
 *
 * @param format what the file was read as
 * @returns the error itself where it is of what the machine lacks, which says nothing of the file
 */
export function unreadable(error: Error, file: string, format: 'CSV' | 'JSON' | 'Parquet'): Error {
  if (error instanceof ContentError || isOutOfMemory(error) || isDiskFull(error)) return error;
  if (
    format === 'Parquet' &&
    /magic bytes|footer|thrift|metadata|too small|beyond|unexpected end|out of buffer|corrupt/i.test(error.message)
  )
    return new ContentError(
      'The file cannot be read as Parquet: it is cut off or damaged. Write it anew and send it again.',
    );
  const reason = error.message.split('\n', 1)[0]!.replaceAll(file, 'the file');
  return new ContentError(`The file cannot be read as ${format}: ${reason}`);
}
