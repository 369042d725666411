export { anyQuestion } from './any-question.js';
export { anyHistory } from './histories.js';
export {
  IDENTITY,
  legacyKeyOf,
  legacySecretOf,
  type Operation,
  type Outcome,
  SERVICE,
  type SupportRow,
  type Why,
} from './operations.js';
export { Oracle } from './oracle.js';
export { allowReasons, type Answer, type Channel, denyReasons, type Question, type Resource } from './questions.js';
export { firstTable } from './support.js';
