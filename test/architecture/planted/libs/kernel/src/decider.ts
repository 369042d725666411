import * as t from 'io-ts';

export const State = t.string;
