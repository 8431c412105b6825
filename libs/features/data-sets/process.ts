/** The door of an import's own process, which loads neither Nest nor the database. */
export { readContent } from './content-reader.js';
export { ContentError } from './content-error.js';
export { leaveUserOut } from './leave-user-out.js';
