import type { Past } from './operations.js';
import { answerForPerson } from './person-answers.js';
import type { Resource } from './questions.js';

/** Doing is judged by the same answer as asking; and it is done through the API. */
export const mayPerson = (past: Past, by: string, action: string, resource: Resource): boolean =>
  answerForPerson(past, by, { action, resource, channel: 'api' }).decision;
