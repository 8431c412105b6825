/** The door of an import's own process, which loads neither Nest nor the database. */
export { ContentError, readContent } from './content-reader.js';
