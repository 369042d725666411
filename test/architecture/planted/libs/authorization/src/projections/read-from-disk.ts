// breaks: projections-are-pure
import { readFileSync } from 'node:fs';

export const readFromDisk = readFileSync;
