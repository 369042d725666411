export { FileTrail } from './file-trail.js';
