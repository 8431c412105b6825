/** The door of an import's own process, which loads neither Nest nor the database. */
export { ContentError, leaveUserOut, readContent } from './content-reader.js';
