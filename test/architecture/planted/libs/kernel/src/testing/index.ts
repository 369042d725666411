import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { State } from '../decider.js';

export const repeatable = () => deepStrictEqual(State.is(fc.sample(fc.string(), 1)[0]), true);
