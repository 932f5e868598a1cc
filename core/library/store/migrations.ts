/**
 * The library's tables. Steps are never changed once released, only added.
 *
 * What people say of a model (notes, tags, aliases, collections) is kept by its id, as its configuration is: it stays
 * when the file is replaced by a better one of the same name. What was read or computed of a file is kept by inode,
 * size and time: it stays when the file is renamed.
 */
export const migrations = [
  `CREATE TABLE library_facts (
    fingerprint TEXT PRIMARY KEY,
    reader TEXT NOT NULL,
    facts TEXT,
    reason TEXT,
    template TEXT,
    read_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE library_templates (hash TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE library_hashes (
    print TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    computed_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE library_promises (
    path TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    source TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE library_aliases (
    alias TEXT PRIMARY KEY,
    model TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE library_notes (model TEXT PRIMARY KEY, note TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE library_tags (
    model TEXT NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (model, tag)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE library_collections (
    name TEXT PRIMARY KEY,
    description TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE library_collection_models (
    collection TEXT NOT NULL REFERENCES library_collections (name) ON DELETE CASCADE,
    model TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (collection, model)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE library_linked (path TEXT PRIMARY KEY, added_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE library_trash (
    id TEXT PRIMARY KEY,
    model TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    deleted_at INTEGER NOT NULL,
    files TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE library_uploads (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE library_speeds (
    fingerprint TEXT PRIMARY KEY,
    tokens_per_second REAL NOT NULL,
    samples INTEGER NOT NULL,
    measured_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
]
