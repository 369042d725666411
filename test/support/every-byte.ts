import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files under a directory that hold this text, as it is or in base64 or hex. */
export const filesThatHold = (directory: string, text: string): ReadonlyArray<string> => {
  const bytes = Buffer.from(text);
  // Within a longer text in base64, it begins at one of three places of a group of four.
  const written = [0, 1, 2].map((skip) => bytes.subarray(skip).toString('base64').slice(0, 40));
  const forms = [text, bytes.toString('hex'), ...written];
  return readdirSync(directory, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile()) return [];
    const path = join(entry.parentPath, entry.name);
    const content = readFileSync(path);
    return forms.some((form) => content.includes(form)) ? [path] : [];
  });
};
