// breaks: sqlite-stays-in-adapters
import Database from 'better-sqlite3';

export const askSqlite = Database;
