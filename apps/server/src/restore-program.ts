import { inWords } from '#libs/backups';
import { E } from '#libs/kernel';
import { configFrom } from './config.js';
import { restore, type RestoreProgress } from './restore.js';

const say = (text: string): void => void process.stderr.write(text);

const end: (text: string) => never = (text) => {
  say(`${text}\n`);
  process.exit(1);
};

let told = '';
/** One line, written over and over, where somebody looks at it. */
const show: RestoreProgress = (doing, bytes, of) => {
  const line = `${doing} ${Math.floor((100 * bytes) / Math.max(of, 1))} %`;
  if (!process.stderr.isTTY || line === told) return;
  told = line;
  say(`\r${line}`);
};

const [archive, ...more] = process.argv.slice(2);
if (archive === undefined || more.length > 0)
  end(
    'Usage: npm run restore -- <file>\nThe file is a backup; - is standard input. The WRIT_ variables say what it goes into.',
  );
const config = configFrom(process.env);
if (E.isLeft(config)) end(`Writ cannot restore:\n${config.left.map((fault) => `  ${fault}\n`).join('')}`);

try {
  const done = await restore(config.right, archive, show);
  if (told !== '') say('\n');
  if (E.isLeft(done)) end(`Writ cannot restore: ${inWords(done.left)}`);
  const { events, rows, log, found } = done.right;
  const earlier = found > 0 ? `, ${found} of them by an earlier try` : '';
  process.stdout.write(
    `Restored ${events} events${earlier}, and ${rows} rows of the vault. Digest of the log: ${log}\n`,
  );
} catch (error) {
  end(`Writ cannot restore: ${error instanceof Error ? error.message : String(error)}`);
}
