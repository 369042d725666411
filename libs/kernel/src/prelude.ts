/**
 * The one door to fp-ts. Its modules have no `exports` map, so a deep import that works for the compiler
 * fails under plain Node; and five fixed aliases keep every reader on the same page.
 */
export { either as E, option as O, readonlyArray as RA, task as T, taskEither as TE } from 'fp-ts';
export { pipe } from 'fp-ts/lib/function.js';
