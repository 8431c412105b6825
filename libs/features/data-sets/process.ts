/** The door of processes of their own, of an import or a training, which load neither Nest nor the database. */
export { readContent } from './content-reader.js';
export { ContentError } from './content-error.js';
export { leaveUserOut } from './leave-user-out.js';
export { learntRows, linesOf } from './learnt-rows.js';
