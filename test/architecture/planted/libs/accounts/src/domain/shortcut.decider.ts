// breaks: domain-is-pure
import { either as E } from 'fp-ts';

export const shortcut = E.left('past the prelude');
