export { anyQuestion } from './any-question.js';
export { anyHistory } from './histories.js';
export { IDENTITY, type Operation, type Outcome, type Why } from './operations.js';
export { Oracle } from './oracle.js';
export { allowReasons, type Channel, denyReasons, type Question, type Resource } from './questions.js';
