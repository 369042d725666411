export { anyQuestion } from './any-question.js';
export { anyHistory } from './histories.js';
export { IDENTITY, type Op, type Operation, type Outcome, type Past, type Why } from './operations.js';
export { Oracle } from './oracle.js';
export {
  type AllowReason,
  allowReasons,
  type Answer,
  type Channel,
  type DenyReason,
  denyReasons,
  type Question,
  type Resource,
  type Subject,
} from './questions.js';
